// `wasm-pack test`, as a developer types it after `npm run setup`, and what makes that possible.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, test } from 'node:test';
import { root, toolsDir } from '../../scripts/lib/paths.mjs';
import { claimPort } from '../../scripts/lib/ports.mjs';
import { findProgram, run } from '../../scripts/lib/process.mjs';
import { cargoTools, requireCargoTool } from '../../scripts/lib/setup/cargo-tools.mjs';
import { linkCommands } from '../../scripts/lib/setup/command-links.mjs';
import { endOfOthersBackend, jwtSecret } from '../../scripts/lib/test-backend.mjs';
import { testPorts } from '../../scripts/lib/test-ports.mjs';
import { cargoTotals } from '../../scripts/lib/totals.mjs';

const folder = mkdtempSync(join(tmpdir(), 'wedsync-wasm-pack-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string} name */
function emptyFolder(name) {
  const made = join(folder, name);
  mkdirSync(made);
  return made;
}

async function toolFolders() {
  const { signal } = new AbortController();
  const { wasmPack, wasmBindgen, geckodriver } = cargoTools;
  return Promise.all([wasmPack, wasmBindgen, geckodriver].map((tool) => requireCargoTool(tool, signal)));
}

test('set-up links what is not on PATH beside cargo, and again after a tool has another version', async () => {
  const binDir = emptyFolder('bin');
  const folders = await toolFolders();
  const old = join(toolsDir, 'wasm-pack-0.1.0', 'bin', 'wasm-pack');
  symlinkSync(old, join(binDir, 'wasm-pack'));
  // The tools were in another folder once, which is gone.
  symlinkSync(join(folder, 'gone', 'geckodriver'), join(binDir, 'geckodriver'));
  for (let times = 0; times < 2; times += 1) {
    linkCommands(folders, { searchPath: binDir, binDir });
    for (const command of ['wasm-pack', 'wasm-bindgen', 'wasm-bindgen-test-runner', 'geckodriver']) {
      assert.equal(findProgram(command, binDir), join(binDir, command));
      assert.equal(readlinkSync(join(binDir, command)), findProgram(command, folders.join(delimiter)));
    }
  }
});

test('set-up leaves a command alone that is on PATH, and makes no link where no terminal would look', async () => {
  const [binDir, own, elsewhere] = [emptyFolder('cargo'), emptyFolder('own'), emptyFolder('elsewhere')];
  writeFileSync(join(own, 'wasm-pack'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(binDir, 'geckodriver'), '#!/bin/sh\n', { mode: 0o755 });
  linkCommands(await toolFolders(), { searchPath: [binDir, own].join(delimiter), binDir });
  assert.equal(findProgram('wasm-pack', binDir), null);
  assert.equal(readFileSync(join(binDir, 'geckodriver'), 'utf8'), '#!/bin/sh\n');
  assert.ok(findProgram('wasm-bindgen', binDir));
  linkCommands(await toolFolders(), { searchPath: own, binDir: elsewhere });
  assert.equal(findProgram('wasm-bindgen', elsewhere), null);
});

test('what is compiled into the browser tests is where, and with which key, the backend is started', () => {
  const config = readFileSync(join(root, '.cargo', 'config.toml'), 'utf8');
  const value = (/** @type {string} */ name) => new RegExp(`^${name} = "(.*)"$`, 'm').exec(config)?.[1] ?? '';
  assert.equal(value('WEDSYNC_TEST_SUPABASE_URL'), `http://127.0.0.1:${testPorts.backend}`);
  assert.equal(value('WEDSYNC_TEST_CONTROL_URL'), `http://127.0.0.1:${testPorts.backendControl}`);
  assert.equal(value('WASM_BINDGEN_TEST_ADDRESS'), `127.0.0.1:${testPorts.pages}`);
  const [header, payload, signature] = value('WEDSYNC_TEST_ANON_KEY').split('.');
  const signed = createHmac('sha256', jwtSecret).update(`${header}.${payload}`).digest('base64url');
  assert.equal(signature, signed);
});

test('a browser that is not there is named, with the command that installs it', async () => {
  const { code, output } = await run(process.execPath, ['scripts/browsers/prepare.mjs', 'chromium'], {
    cwd: root,
    env: { PATH: emptyFolder('nothing'), CHROMIUM: undefined },
  });
  assert.equal(code, 1);
  assert.equal(output, 'chromium is not on PATH: run `npm run setup` and then the command again.\n');
});

test('`wasm-pack test --headless --chrome` starts the backend by itself, and the backend ends by itself', async () => {
  await endOfOthersBackend();
  const binDir = emptyFolder('linked');
  linkCommands(await toolFolders(), { searchPath: binDir, binDir });
  const without = Object.keys(process.env).filter((name) =>
    /^(WEDSYNC|WASM_BINDGEN|CARGO_TARGET)_/.test(name),
  );
  const { code, output } = await run(
    'wasm-pack',
    ['test', '--headless', '--chrome', '--', '--locked', '--test', 'web_token'],
    {
      cwd: root,
      env: {
        ...Object.fromEntries(without.map((name) => [name, undefined])),
        PATH: [binDir, process.env.PATH].join(delimiter),
      },
    },
  );
  assert.equal(code, 0, output);
  const { passed, failed } = cargoTotals(output);
  assert.ok(passed > 0 && failed === 0, output);
  await endOfOthersBackend();
  for (const port of Object.values(testPorts)) assert.equal(await claimPort(port, () => ''), port);
});
