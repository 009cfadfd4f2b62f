import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Memberships } from '../../pkg/server/membership.js';
import { codeOf, headerOf, rig, secret, tokenOf } from './rig.mjs';
import { over, redis } from './tiers.mjs';

const issuer = 'https://project.example/auth/v1';

/** @param {string | null} token @param {import('./rig.mjs').Rig} of */
async function codeWith(token, of) {
  const answer = await of.get('a', { headers: { authorization: token === null ? '' : `Bearer ${token}` } });
  return answer.status === 204 ? '204' : codeOf(answer);
}

/** @param {object} header @param {object} payload */
function unsigned(header, payload) {
  const parts = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return `${parts.join('.')}.`;
}

test('only tokens that the auth server has signed for these users, and that are in date, say who asks', async () => {
  const one = rig({ auth: { secret, issuer } });
  const claims = { iss: issuer };
  const now = Math.floor(Date.now() / 1_000);
  assert.equal(await codeWith(await tokenOf('anna', { claims }), one), '204');
  const payload = { ...claims, sub: 'anna', aud: 'authenticated', exp: now + 3_600 };
  const signed = (await tokenOf('anna', { claims })).split('.');
  const other = (await tokenOf('ben', { claims })).split('.');
  const refused = {
    none: '',
    nonsense: 'nonsense',
    expired: await tokenOf('anna', { claims, expires: now - 31 }),
    'of another secret': await tokenOf('anna', { claims, key: `${secret}!` }),
    'of another issuer': await tokenOf('anna', { claims: { iss: `${issuer}/` } }),
    'without an issuer': await tokenOf('anna'),
    'for others': await tokenOf('anna', { claims: { ...claims, aud: 'anon' } }),
    'not yet valid': await tokenOf('anna', { claims: { ...claims, nbf: now + 60 } }),
    'of nobody': await tokenOf('', { claims }),
    'alg: none': unsigned({ alg: 'none', typ: 'JWT' }, payload),
    'alg: NONE': unsigned({ alg: 'NONE' }, payload),
    'without a signature': `${signed[0]}.${signed[1]}.`,
    "with another's signature": `${signed[0]}.${signed[1]}.${other[2]}`,
    'that never expires': await new SignJWT({ ...claims, aud: 'authenticated', sub: 'anna' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(secret)),
    'by HS512': await new SignJWT(payload)
      .setProtectedHeader({ alg: 'HS512' })
      .sign(new TextEncoder().encode(secret)),
    huge: await tokenOf('anna', { claims: { ...claims, more: 'x'.repeat(20_000) } }),
  };
  for (const [what, token] of Object.entries(refused)) {
    assert.equal(await codeWith(token, one), '401 not_signed_in', what);
  }
  assert.equal(
    await codeWith(await tokenOf('anna', { claims, expires: now - 5 }), one),
    '204',
    'the clocks differ',
  );
  const answer = await one.get('a', { headers: { authorization: 'Basic YTpi' } });
  assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
  assert.equal(await codeOf(answer), '401 not_signed_in');
});

test('public keys of the auth server are fetched once, and while they cannot be had nobody is turned away for good', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  let fetched = 0;
  let isDown = true;
  const server = createServer((_, response) => {
    fetched += 1;
    if (isDown) response.writeHead(503).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  after(() => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  /** @type {string[]} */
  const heard = [];
  const one = rig({
    auth: { jwks: `http://127.0.0.1:${port}/jwks.json` },
    onError: ({ message }) => heard.push(message),
  });
  /** @param {string} kid */
  const token = (kid) =>
    new SignJWT({ aud: 'authenticated' })
      .setProtectedHeader({ alg: 'ES256', kid })
      .setSubject('anna')
      .setExpirationTime('1 hour')
      .sign(privateKey);
  assert.equal(await codeWith(await token('k1'), one), '503 remote_unavailable');
  assert.equal(heard.length, 1);
  isDown = false;
  fetched = 0;
  for (let times = 0; times < 5; times += 1) assert.equal(await codeWith(await token('k1'), one), '204');
  assert.equal(fetched, 1);
  assert.equal(await codeWith(await token('k2'), one), '401 not_signed_in');
  // The public key is known to all: it must not be taken for a secret.
  const forged = await tokenOf('anna', { key: JSON.stringify(jwk) });
  assert.equal(await codeWith(forged, one), '401 not_signed_in');
});

test('nobody gets at another supplier, and Redis is not even asked', async () => {
  const one = rig(over(redis.url));
  assert.equal((await one.put('list', '"of roses"')).status, 204);
  assert.equal((await one.put('list', '"of cakes"', { as: 'ben', supplier: 'cakes' })).status, 204);
  const before = await redis.calls();
  for (const [as, supplier] of [
    ['anna', 'cakes'],
    ['stranger', 'roses'],
    ['stranger', 'cakes'],
    ['ben', 'ros'],
  ]) {
    const who = { as, supplier };
    const entries = [{ key: 'list', header: headerOf('list', { supplier }), body: '1' }];
    const answers = [
      await one.get('list', who),
      await one.put('list', '"forged"', who),
      await one.post('entries', { entries }, who),
      await one.post('invalidate', { all: true }, who),
      await one.post('generations', { all: true }, who),
    ];
    for (const answer of answers) assert.equal(await codeOf(answer), '403 not_a_member', `${as} ${supplier}`);
  }
  const after = await redis.calls();
  for (const command of ['eval', 'evalsha']) assert.equal(after.get(command), before.get(command), command);
  assert.equal(await (await one.get('list')).text(), '"of roses"');
  assert.equal(await (await one.get('list', { as: 'ben' })).text(), '"of roses"');
  assert.equal(await (await one.get('list', { as: 'ben', supplier: 'cakes' })).text(), '"of cakes"');
  await one.close();
});

test('membership is asked once a minute for each user and supplier, and a removal shows by then', async () => {
  let clock = 1_000;
  let isMember = true;
  let asked = 0;
  /** @type {unknown[]} */
  const heard = [];
  const answers = async () => {
    asked += 1;
    if (isMember === null) throw new Error('The database does not answer.');
    return isMember;
  };
  const memberships = new Memberships(
    answers,
    (error) => heard.push(error),
    () => clock,
  );
  /** @param {string} sub @param {string} supplier */
  const check = (sub, supplier) =>
    memberships.check({ sub, token: 'token' }, supplier).then(
      () => 'member',
      ({ code }) => code,
    );
  assert.deepEqual(
    await Promise.all(Array.from({ length: 9 }, () => check('anna', 'roses'))),
    Array(9).fill('member'),
  );
  assert.equal(asked, 1, 'at once is once');
  isMember = false;
  clock += 60_000;
  assert.equal(await check('anna', 'roses'), 'member');
  assert.equal(await check('anna', 'cakes'), 'not_a_member');
  assert.equal(await check('ben', 'roses'), 'not_a_member');
  assert.equal(asked, 3);
  clock += 1;
  assert.equal(await check('anna', 'roses'), 'not_a_member');
  isMember = true;
  clock += 5_000;
  assert.equal(await check('anna', 'roses'), 'not_a_member');
  clock += 1;
  assert.equal(await check('anna', 'roses'), 'member');
  isMember = /** @type {any} */ (null);
  clock += 60_001;
  assert.equal(await check('anna', 'roses'), 'remote_unavailable', 'no is not guessed, and neither is yes');
  assert.equal(heard.length, 1);
  isMember = true;
  assert.equal(await check('anna', 'roses'), 'member', 'a failure is not remembered');
});

test('what is told of a membership that is no yes is a no', async () => {
  for (const value of ['yes', 1, {}, undefined, null]) {
    const one = rig({ isMember: async () => /** @type {any} */ (value) });
    assert.equal(await codeOf(await one.get('a')), '403 not_a_member');
  }
  const one = rig({
    isMember: () => {
      throw new Error('at once');
    },
  });
  assert.equal(await codeOf(await one.get('a')), '503 remote_unavailable');
});

test('a cookie speaks only for pages of the site itself', async () => {
  const session = await tokenOf('anna');
  const cookie = { token: () => session };
  const own = rig({ cookie });
  const named = rig({ cookie: { ...cookie, origins: ['https://dashboard.example'] } });
  /** @param {typeof own} of @param {Record<string, string>} headers @param {string} [method] */
  const status = async (of, headers, method = 'GET') => {
    const all = new Headers({ cookie: 'session=1', host: 'app.example', ...headers });
    const isPut = method === 'PUT';
    if (isPut) all.set('x-cache-entry', headerOf('c'));
    const url = 'https://app.example/api/cache/entry?supplier=roses&key=c';
    const init = { method, headers: all, ...(isPut ? { body: '1' } : {}) };
    return (await of.handle(new Request(url, init))).status;
  };
  const same = { origin: 'https://app.example' };
  assert.equal(await status(own, same), 204);
  assert.equal(await status(own, same, 'PUT'), 204);
  assert.equal(
    await status(own, { origin: 'https://shop.example', 'x-forwarded-host': 'shop.example' }),
    200,
  );
  // A browser leaves the origin out of a page's own reads, never of its writes.
  assert.equal(await status(own, { 'sec-fetch-site': 'same-origin' }), 200);
  assert.equal(await status(own, { 'sec-fetch-site': 'same-origin' }, 'PUT'), 401);
  for (const foreign of [
    {},
    { origin: 'null' },
    { origin: '' },
    { origin: 'https://evil.example' },
    { origin: 'https://app.example.evil.example' },
    { origin: 'https://app.example:8443' },
    { origin: 'https://sub.app.example' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
  ]) {
    assert.equal(
      await status(own, /** @type {Record<string, string>} */ (foreign)),
      401,
      JSON.stringify(foreign),
    );
  }
  assert.equal(await status(named, same), 401);
  assert.equal(await status(named, { origin: 'https://dashboard.example' }), 204);
  assert.equal(
    await status(own, { ...same, authorization: 'Bearer nonsense' }),
    401,
    'a token is what counts',
  );
  assert.equal(await status(rig(), same), 401, 'cookies are not looked at unless asked for');
  assert.equal(await status(rig({ cookie: { token: () => null } }), same), 401);
});
