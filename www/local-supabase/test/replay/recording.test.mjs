import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import { inlineParameters } from './database.mjs';
import { loadRecording } from './recording.mjs';
import { markRefusals } from './refusals.mjs';
import { Tokens } from './tokens.mjs';

describe('a recording', () => {
  test('has its long frames rebuilt to their recorded length', () => {
    const { timeline } = loadRecording('huge_payload');
    const long = timeline.filter(({ text = '' }) => text.length > 100_000);
    assert.equal(long.length, 10);
    for (const { text } of long) {
      assert.match(text, /x"\}(\}\]|,"type":"broadcast"\}\])$/);
      const [, , , , { payload }] = JSON.parse(text);
      assert.equal(payload.s.length % 100_000, 0);
    }
    const binary = timeline.filter(({ bytes }) => bytes !== undefined);
    assert.deepEqual(
      binary.map(({ bytes }) => bytes.toString().slice(bytes.indexOf('{')).length),
      [3_200_008, 3_200_008],
    );
    const request = loadRecording('rest_broadcast').timeline.find(({ text = '' }) => text.length > 100_000);
    assert.equal(JSON.parse(request.text).messages[0].payload.s.length, 3_200_000);
  });

  test('has a change of the tenant before what came of it', () => {
    const { timeline } = loadRecording('private_only_tenant');
    const index = timeline.findLastIndex(({ do: what }) => what === 'settings');
    assert.deepEqual(timeline[index].settings, { privateOnly: false });
    assert.match(timeline[index + 1].text, /Server requested disconnect/);
  });

  test('has refusals that take their time, one after the other', () => {
    const { timeline } = loadRecording('join_error_blocks_socket_v2');
    for (const item of timeline) item.performedAt = 0;
    markRefusals(timeline, { refusedJoinDelayMs: 100 });
    const times = timeline.filter(({ type }) => type === 'answer').map(({ notBefore }) => notBefore);
    assert.deepEqual(times, [0, 0, 0, 0, 80, 80, 80, 80, 160, 160, 160, 160, 160, 0, 0]);
  });

  test('has statements whose parameters are put in as literals', () => {
    assert.equal(inlineParameters('select $1, $2', ["it's", 'b']), "select 'it''s', 'b'");
  });
});

describe('a token', () => {
  const secret = 'a secret that is long enough for the algorithm';

  test('is as long valid or expired as it was in the recording, and the same each time', async () => {
    const tokens = new Tokens(secret, 1_000_000_000_000);
    const moment = { at: 5_000, step: '' };
    const token = await tokens.replace('Bearer jwt-authenticated-alice-exp1000000003', moment);
    const { exp, role, sub } = decodeJwt(token.slice('Bearer '.length));
    assert.deepEqual([role, sub], ['authenticated', '11111111-1111-4111-8111-111111111111']);
    assert.ok(Math.abs(Date.now() / 1000 - exp - 2) <= 1.1);
    assert.equal(
      await tokens.replace('jwt-authenticated-alice-exp1000000003', moment),
      token.slice('Bearer '.length),
    );
    assert.ok(
      decodeJwt(await tokens.replace('jwt-anon-exp1000003605', moment)).exp > Date.now() / 1000 + 3_598,
    );
  });

  test('lacks what its label says, and is signed with another secret where the step says so', async () => {
    const tokens = new Tokens(secret, 0);
    const moment = { at: 0, step: '' };
    assert.equal(decodeJwt(await tokens.replace('jwt-norole-exp5', moment)).role, undefined);
    assert.equal(decodeJwt(await tokens.replace('jwt-anon-expnone', moment)).exp, undefined);
    const signature = (token) => token.split('.')[2];
    const good = await tokens.replace('jwt-anon-exp5', moment);
    const bad = await tokens.replace('jwt-anon-exp5', { at: 0, step: 'wrong signature' });
    assert.notEqual(signature(good), signature(bad));
    assert.equal(await tokens.replace('abc', moment), 'abc');
  });
});
