import { backendFromEnvironment, startBackend } from './backend.mjs';
import { Children } from './children.mjs';
import { demoPassword, demoUsers } from './demo-users.mjs';
import { startNext } from './next.mjs';
import { byFlag, claimPort } from './ports.mjs';
import { Problem } from './problem.mjs';
import { say } from './say.mjs';

/**
 * @typedef {object} StackOptions
 * @property {string} command for sentences, for example `npm run demo --`
 * @property {'start' | 'dev'} mode
 * @property {number} port
 * @property {number} backendPort
 * @property {number | null} controlPort
 * @property {boolean} json print one line of JSON instead of words
 */

/**
 * Runs backend and dashboard until a signal comes or one of them dies.
 * @param {StackOptions} options
 * @returns {Promise<number>} the command's exit code
 */
export async function runStack(options) {
  const children = new Children();
  /** @type {Promise<Problem | null>} */
  const over = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => resolve(null));
    children.onDeath = (name, code) => {
      resolve(new Problem(`${name} ended by itself (exit code ${code ?? 'none'}): what it said is above.`));
    };
  });
  try {
    const ready = start(children, options);
    const reason = await Promise.race([ready.then(() => over), over]);
    if (reason) throw reason;
    return 0;
  } finally {
    await children.stop();
  }
}

/** @param {Children} children @param {StackOptions} options */
async function start(children, { command, mode, port, backendPort, controlPort, json }) {
  const given = backendFromEnvironment(process.env);
  const appPort = await claimPort(port, byFlag(command, '--port'));
  const backend = given ?? (await startOwnBackend(children, { command, backendPort, controlPort }));
  const appUrl = await startNext(children, { mode, port: appPort, backend });
  if (json) {
    const { url: supabaseUrl, anonKey, controlUrl } = backend;
    process.stdout.write(`${JSON.stringify({ ready: true, appUrl, supabaseUrl, anonKey, controlUrl })}\n`);
    return;
  }
  say('');
  say(`The dashboard is at ${appUrl}`);
  say(`Its backend is at   ${backend.url}`);
  if (!given) {
    say('');
    say(`Sign in with the password ${demoPassword} as`);
    for (const { email, work } of demoUsers) say(`  ${email.padEnd(26)}${work}`);
  }
  say('');
  say('Press Ctrl+C to stop both.');
}

/** @param {Children} children @param {Pick<StackOptions, 'command' | 'backendPort' | 'controlPort'>} options */
async function startOwnBackend(children, { command, backendPort, controlPort }) {
  const port = backendPort && (await claimPort(backendPort, byFlag(command, '--backend-port')));
  const control = controlPort && (await claimPort(controlPort, byFlag(command, '--control-port')));
  return startBackend(children, { port, controlPort: control });
}
