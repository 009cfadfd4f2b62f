import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { decodeSession } from '../src/data/stored-session.ts';
import { contentSecurityPolicy } from '../src/lib/content-security-policy.ts';
import { inlineScriptHashes } from '../src/lib/shell-scripts.ts';
import { isStorable } from '../src/worker/rsc.ts';

const encoded = (value: unknown) => `base64-${Buffer.from(JSON.stringify(value)).toString('base64url')}`;

test('a session is what its cookies hold, and nothing else is one', () => {
  const session = { access_token: 'token', user: { id: 'amelia', user_metadata: { name: 'Amélia' } } };
  assert.deepEqual(decodeSession(encoded(session)), { accessToken: 'token', userId: 'amelia' });
  const wrong = [null, 1, 'text', {}, { access_token: 'token' }, { access_token: 1, user: { id: 'amelia' } }];
  for (const text of [undefined, null, '', 'base64-', 'base64-%%', 'token', ...wrong.map(encoded)])
    assert.equal(decodeSession(text), null, String(text));
});

test('the shell’s policy names its inline scripts, each once, and no others', () => {
  const hash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  const html = `<script>one()</script><script src="/a.js" async=""></script>
    <script id="x">two(
)</script><script>one()</script><script type="module" src="/b.js">three()</script>`;
  assert.deepEqual(inlineScriptHashes(html), [hash('one()'), hash('two(\n)')]);
  const policy = contentSecurityPolicy({
    nonce: 'n',
    scripts: inlineScriptHashes(html),
    backendUrl: null,
    development: false,
  });
  assert.ok(policy.includes(`script-src 'self' '${hash('one()')}' '${hash('two(\n)')}' 'wasm-unsafe-eval';`));
  assert.doesNotMatch(policy, /nonce-|strict-dynamic/);
});

test('only what the router was answered and everybody may keep is stored', async () => {
  const answer = (status: number, type: string, rule?: string) =>
    new Response(null, { status, headers: { 'content-type': type, ...(rule && { 'cache-control': rule }) } });
  const payload = answer(200, 'text/x-component', 's-maxage=3600');
  assert.equal(await isStorable({ response: payload }), payload);
  for (const other of [
    answer(200, 'text/x-component', 'private, no-cache, no-store'),
    answer(200, 'text/x-component', 'private'),
    answer(200, 'text/html; charset=utf-8'),
    answer(404, 'text/x-component'),
    answer(200, ''),
  ])
    assert.equal(await isStorable({ response: other }), null);
});
