import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root, toolsDir } from '../../scripts/lib/paths.mjs';
import { findProgram } from '../../scripts/lib/process.mjs';

/** The manifests that npm reads: set-up's real input, without the tree they describe. */
const manifests = [
  'package.json',
  'package-lock.json',
  'www/package.json',
  'www/local-supabase/package.json',
  'tests/packaging/next-app/package.json',
  'tests/packaging/vite-app/package.json',
];

/**
 * A machine of one's own for one test: a copy of the scripts and manifests with no node_modules, an empty home
 * with no tools, and a PATH that has only the programs named.
 */
export class Workplace {
  folder = mkdtempSync(join(tmpdir(), 'wedsync-setup-'));
  root = join(this.folder, 'project');
  #bin = join(this.folder, 'bin');
  #tools = join(this.folder, 'tools');

  /** @param {{ programs: string[] }} options found on the real PATH and linked, one by one */
  constructor({ programs }) {
    for (const manifest of manifests) {
      mkdirSync(join(this.root, dirname(manifest)), { recursive: true });
      cpSync(join(root, manifest), join(this.root, manifest));
    }
    cpSync(join(root, 'scripts'), join(this.root, 'scripts'), { recursive: true });
    mkdirSync(this.#bin, { recursive: true });
    for (const program of programs) {
      const found = findProgram(program);
      if (found) symlinkSync(found, join(this.#bin, program));
    }
  }

  /**
   * Runs one of the project's commands there, out of reach of every registry.
   * @param {string} script @param {{ args?: string[], env?: Record<string, string> }} [options]
   * @returns {Promise<{ code: number | null, stderr: string, lastLine: string }>}
   */
  run(script, { args = [], env = {} } = {}) {
    // Port 9 of this machine: a proxy that refuses every connection at once.
    const proxy = 'http://127.0.0.1:9';
    const child = spawn(process.execPath, [join(this.root, 'scripts', script), ...args], {
      cwd: this.root,
      env: {
        HOME: join(this.folder, 'home'),
        PATH: this.#bin,
        CARGO_HOME: join(this.folder, 'cargo'),
        RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(process.env.HOME ?? '', '.rustup'),
        WEDSYNC_TOOLS_DIR: this.#tools,
        http_proxy: proxy,
        https_proxy: proxy,
        CARGO_NET_RETRY: '0',
        npm_config_cache: join(this.folder, 'npm'),
        npm_config_fetch_retries: '0',
        npm_config_registry: 'https://registry.invalid/',
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    return new Promise((resolve) => {
      child.once('close', (code) => {
        resolve({ code, stderr, lastLine: stderr.trimEnd().split('\n').at(-1) ?? '' });
      });
    });
  }

  /** Puts npm's packages there as if installed, so that a test can reach what comes after. */
  linkNodeModules() {
    symlinkSync(join(root, 'node_modules'), join(this.root, 'node_modules'));
  }

  /** The same for the cargo tools. */
  linkTools() {
    symlinkSync(toolsDir, this.#tools);
  }

  /**
   * The configuration of an apt that has nothing installed and one source: what it does cannot reach this machine.
   */
  emptyApt() {
    const apt = join(this.folder, 'apt');
    for (const part of ['etc', 'state/lists/partial', 'cache/archives/partial']) {
      mkdirSync(join(apt, part), { recursive: true });
    }
    writeFileSync(join(apt, 'etc', 'sources.list'), 'deb http://packages.invalid/debian stable main\n');
    writeFileSync(join(apt, 'status'), '');
    const lines = [
      `Dir::Etc "${apt}/etc";`,
      `Dir::State "${apt}/state";`,
      `Dir::State::status "${apt}/status";`,
      `Dir::Cache "${apt}/cache";`,
      'Acquire::Retries "0";',
    ];
    const file = join(apt, 'apt.conf');
    writeFileSync(file, `${lines.join('\n')}\n`);
    return file;
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
