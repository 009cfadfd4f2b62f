import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EarlyExpiry } from '../dist/auth/earlyExpiry.js';
import { amelia, ben, carla, describeOnEachStorage, joinPayload } from './support.mjs';

describe('early expiry', () => {
  test('what was issued up to a moment expires, what came after does not, even in the same second', () => {
    const expiry = new EarlyExpiry();
    const claims = { sub: 'amelia', iat: 100 };
    expiry.issued('old', claims);
    assert.equal(expiry.expiryOf('old', claims), null);
    expiry.expire('amelia', 100);
    expiry.issued('new', claims);
    assert.equal(expiry.expiryOf('old', claims), 100);
    assert.equal(expiry.expiryOf('new', claims), null);
    assert.equal(expiry.expiryOf('later', { sub: 'amelia', iat: 101 }), null);
    assert.equal(expiry.expiryOf('undated', { sub: 'amelia' }), 100);
    assert.equal(expiry.expiryOf('of ben', { sub: 'ben', iat: 50 }), null);
    expiry.expire(null, 100);
    assert.equal(expiry.expiryOf('new', claims), 100);
    assert.equal(expiry.expiryOf('of ben', { sub: 'ben', iat: 50 }), 100);
    assert.equal(expiry.expiryOf('key', { iat: 1 }), null, 'a key of the project has no user');
  });
});

describeOnEachStorage('tokens that end on command', (backend) => {
  const asks = (token) => backend.rest('/clients', { headers: { authorization: `Bearer ${token}` } });
  const sessionOf = async (client) => (await client.auth.getSession()).data.session;

  async function joined(topic, token) {
    const socket = await backend.socket();
    socket.send(['1', '1', `realtime:${topic}`, 'phx_join', joinPayload({ token })]);
    assert.equal((await socket.nextJson())[4].status, 'ok');
    return socket;
  }

  async function isClosed(socket, topic) {
    const [, , , event, payload] = await socket.nextJson();
    assert.equal(event, 'system');
    assert.deepEqual(payload, {
      message: 'Token has expired 0 seconds ago',
      status: 'error',
      extension: 'system',
      channel: topic,
    });
    assert.equal(await socket.next(), `["1","1","realtime:${topic}","phx_close",{}]`);
  }

  test('expired: refused everywhere, channels closed, and refreshing brings a token that works', async () => {
    const client = await backend.signedIn(amelia);
    const { access_token: token } = await sessionOf(client);
    const others = await backend.tokenOf(carla);
    const [socket, bystander] = [await joined('room', token), await joined('room', others)];
    assert.equal((await asks(token)).status, 200);

    await backend.commands.expireTokens(amelia);
    await isClosed(socket, 'room');
    assert.deepEqual(await bystander.untilHeartbeat(), []);

    const response = await asks(token);
    assert.equal(response.status, 401);
    const { code, message } = await response.json();
    assert.deepEqual([code, message], ['PGRST303', 'JWT expired']);
    const { error } = await client.auth.getUser(token);
    assert.match(error.message, /token is expired/);
    assert.equal((await asks(others)).status, 200);
    assert.equal((await asks(backend.serviceRoleKey)).status, 200);

    socket.send(['2', '2', 'realtime:room', 'phx_join', joinPayload({ token })]);
    const [, , , , { response: refused }] = await socket.nextJson();
    assert.match(refused.reason, /^InvalidJWTToken: Token has expired \d+ seconds ago$/);

    bystander.send(['1', '3', 'realtime:room', 'access_token', { access_token: token }]);
    const [, , , , { message: pushed }] = await bystander.nextJson();
    assert.match(pushed, /^Token has expired \d+ seconds ago$/);

    const refreshed = await client.auth.refreshSession();
    assert.equal(refreshed.error, null);
    assert.equal((await asks(refreshed.data.session.access_token)).status, 200);
    socket.close();
    bystander.close();
  });

  test("expired: everyone's, and only those with a user", async () => {
    const tokens = [await backend.tokenOf(amelia), await backend.tokenOf(carla)];
    const [socket, keyed] = [await joined('hall', tokens[1]), await joined('hall')];
    await backend.commands.expireTokens();
    await isClosed(socket, 'hall');
    assert.deepEqual(await keyed.untilHeartbeat(), []);
    for (const token of tokens) assert.equal((await asks(token)).status, 401);
    assert.equal((await asks(await backend.tokenOf(amelia))).status, 200);
    socket.close();
    keyed.close();
  });

  test('revoked: by id, the sessions are gone too', async () => {
    const [client, bystander] = [await backend.signedIn(ben), await backend.signedIn(amelia)];
    const { access_token: token, refresh_token: refresh, user } = await sessionOf(client);
    const socket = await joined('room', token);
    await backend.commands.revokeTokens(user.id.toUpperCase());
    await isClosed(socket, 'room');
    assert.equal((await asks(token)).status, 401);
    const { error } = await backend.client().auth.refreshSession({ refresh_token: refresh });
    assert.equal(error.code, 'refresh_token_not_found');
    assert.equal((await bystander.auth.refreshSession()).error, null);

    await backend.commands.revokeTokens();
    assert.equal((await bystander.auth.refreshSession()).error.code, 'refresh_token_not_found');
    assert.equal((await backend.signedIn(ben).then(sessionOf)).user.email, ben);
    socket.close();
  });
});
