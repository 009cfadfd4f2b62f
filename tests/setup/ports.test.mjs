import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { root } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/process.mjs';
import { testPorts } from '../../scripts/lib/test-ports.mjs';

const listener = createServer();
listener.listen(0, '127.0.0.1');
await once(listener, 'listening');
const address = listener.address();
const taken = typeof address === 'object' && address ? address.port : 0;
after(() => listener.close());

/** @param {string[]} args @param {Record<string, string>} [env] */
function demo(args, env = {}) {
  return run(process.execPath, ['scripts/demo.mjs', '--skip-build', '--json', ...args], { cwd: root, env });
}

for (const flag of ['--port', '--backend-port', '--control-port']) {
  test(`${flag} in use: the sentence names the port and the flag`, async () => {
    const others = ['--port', '--backend-port', '--control-port'].filter((other) => other !== flag);
    const { code, output } = await demo([flag, String(taken), ...others.flatMap((other) => [other, '0'])]);
    assert.equal(code, 1);
    assert.equal(
      output,
      `Port ${taken} is in use: stop what uses it, or choose another with \`npm run demo -- ${flag} ${taken + 1}\` (0 takes a free one).\n`,
    );
  });
}

test('what is not a port: the sentence says what is', async () => {
  const { code, output } = await demo(['--port', 'eighty']);
  assert.equal(code, 2);
  assert.equal(output, '--port eighty is not a port: give a number from 1 to 65535, or 0 for a free one.\n');
});

test('an unknown flag: the sentence lists those there are', async () => {
  const { code, output } = await demo(['--prot', '3000']);
  assert.equal(code, 2);
  assert.match(output, /^Unknown option '--prot': npm run demo -- takes --port, --backend-port, /);
});

test('half a Supabase project in the environment: the sentence names the other half', async () => {
  const { code, output } = await demo([], {
    SUPABASE_URL: 'https://example.supabase.co',
    SUPABASE_ANON_KEY: '',
  });
  assert.equal(code, 1);
  assert.match(output, /^SUPABASE_URL is set and SUPABASE_ANON_KEY is not: set both/);
});

test('a Supabase address that is none: the sentence shows what one looks like', async () => {
  const { code, output } = await demo([], { SUPABASE_URL: 'example', SUPABASE_ANON_KEY: 'key' });
  assert.equal(code, 1);
  assert.match(
    output,
    /^SUPABASE_URL is not a web address: it should look like https:\/\/<ref>\.supabase\.co\./,
  );
});

test('the ports of the browser tests are none that the system gives to connections by itself', () => {
  const range = '/proc/sys/net/ipv4/ip_local_port_range';
  const lowest = existsSync(range) ? Number.parseInt(readFileSync(range, 'utf8'), 10) : 32_768;
  for (const [name, port] of Object.entries(testPorts)) {
    assert.ok(port < lowest, `${name}: ${port} may be some connection's own; those begin at ${lowest}`);
  }
});
