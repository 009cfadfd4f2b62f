import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { closeAnswer, textAnswer } from './answers.mjs';
import { compareLane } from './compare.mjs';
import { meantDifferences } from './differences.mjs';
import { haveNoOrder, markFreedoms } from './freedoms.mjs';
import { loadRecording, recordingNames } from './recording.mjs';
import { Correspondence, constantsOf, dissect } from './variables.mjs';
import { verdictOn } from './verdict.mjs';

const alice = '11111111-1111-4111-8111-111111111111';
const one = 'b409fa7a-e710-11f1-8099-96689fa30d66';
const two = 'e6dae880-e70e-11f1-93d5-96689fa30d66';

const said = (frame) => ({ at: 0, barrier: 0, ...(typeof frame === 'string' ? textAnswer(frame) : frame) });

/** The problems that the comparison of two lists of frames finds. */
function problems(recorded, arrived) {
  const { differences } = compareLane(
    recorded.map(said),
    arrived.map(said),
    new Correspondence(),
    new Set([alice]),
  );
  return differences.map(({ problem }) => problem);
}

const reply = (ref, topic = 'realtime:a') =>
  `["1","${ref}","${topic}","phx_reply",{"status":"ok","response":{}}]`;
const joined = (ref, topic, ...ids) => {
  const bindings = ids.map((id) => `{"id":${id},"event":"*","schema":"public"}`).join();
  return `["${ref}","${ref}","${topic}","phx_reply",{"status":"ok","response":{"postgres_changes":[${bindings}]}}]`;
};
const system = (topic) => `["1",null,"${topic}","system",{"message":"Subscribed to PostgreSQL"}]`;
const broadcast = '[null,null,"realtime:a","broadcast",{"event":"x","payload":{},"type":"broadcast"}]';
const diff = (ref, previous) =>
  `[null,null,"realtime:a","presence_diff",{"joins":{"k":{"metas":[{"phx_ref":"${ref}","phx_ref_prev":"${previous}"}]}}}]`;
const change = ({ id = 7, time = '2026-11-23T07:24:38.326Z', user = alice } = {}) =>
  `[null,null,"realtime:a","postgres_changes",{"data":{"record":{"id": 1, "user_id": "${user}"},"commit_timestamp":"${time}"},"ids":[${id}]}]`;

describe('the comparison', () => {
  test('lets ids and times be others, as long as they stay the same', () => {
    assert.deepEqual(
      problems(
        [joined('1', 'realtime:a', 7), change()],
        [joined('1', 'realtime:a', 8), change({ id: 8, time: '2027-01-01T00:00:00.000Z' })],
      ),
      [],
    );
    assert.deepEqual(
      problems([diff('aaa', 'bbb'), diff('ccc', 'aaa')], [diff('ddd', 'eee'), diff('fff', 'ddd')]),
      [],
    );
    assert.deepEqual(problems([`["${one}"]`, `["${one}"]`], [`["${two}"]`, `["${two}"]`]), []);
  });

  test('reports an id that is not the same again, or the same for two', () => {
    assert.deepEqual(
      problems([joined('1', 'realtime:a', 7), change()], [joined('1', 'realtime:a', 8), change({ id: 9 })]),
      ['another value'],
    );
    assert.deepEqual(problems([joined('1', 'realtime:a', 7, 8)], [joined('1', 'realtime:a', 5, 5)]), [
      'another value',
    ]);
    assert.deepEqual(
      problems([diff('aaa', 'bbb'), diff('ccc', 'aaa')], [diff('ddd', 'eee'), diff('fff', 'eee')]),
      ['another value'],
    );
    assert.deepEqual(problems([`["${one}"]`, `["${one}"]`], [`["${two}"]`, `["${one}"]`]), ['another value']);
  });

  test('reports values that are no ids, and ids that the client sent itself', () => {
    assert.deepEqual(problems([change()], [change({ user: one })]), ['differs']);
    assert.deepEqual(problems([change()], [change({ time: '2026-11-23 07:24:38' })]), ['differs']);
    assert.deepEqual(problems([change()], [change().replace('"id": 1', '"id": 2')]), ['differs']);
    assert.deepEqual(problems([said(closeAnswer(1000, ''))], [said(closeAnswer(1001, ''))]), ['differs']);
  });

  test('reports another order of keys, and other spaces', () => {
    const turned = '[null,null,"realtime:a","broadcast",{"type":"broadcast","event":"x","payload":{}}]';
    assert.deepEqual(problems([broadcast], [turned]), ['differs']);
    assert.deepEqual(problems([broadcast], [broadcast.replace('"payload":', '"payload": ')]), ['differs']);
    assert.deepEqual(problems([reply(2)], [reply(2).replace('"2"', '2')]), ['differs']);
  });

  test('reports what is missing, what is too much and what is out of order', () => {
    assert.deepEqual(problems([reply(2), broadcast], [reply(2)]), ['missing']);
    assert.deepEqual(problems([reply(2)], [reply(2), reply(2)]), ['unexpected']);
    assert.deepEqual(problems([broadcast, reply(2)], [reply(2), broadcast]), ['out of order']);
    assert.deepEqual(problems([reply(2), reply(3), broadcast], [reply(3), broadcast]), ['missing']);
    assert.deepEqual(
      problems([reply(2), said(closeAnswer(1000, ''))], [said(closeAnswer(1000, '')), reply(2)]),
      ['out of order'],
    );
  });

  test('reports the right frame at the wrong time', () => {
    assert.deepEqual(problems([{ ...said(reply(2)), isLate: true }], [reply(2)]), ['late']);
    assert.deepEqual(problems([{ ...said(reply(2)), barrier: 1 }], [reply(2)]), ['before what it answers']);
    assert.match(
      problems([{ ...said(reply(2)), notBefore: 50 }], [{ ...said(reply(2)), at: 49 }])[0],
      /^too soon/,
    );
    assert.deepEqual(problems([{ ...said(reply(2)), notBefore: 50 }], [{ ...said(reply(2)), at: 51 }]), []);
  });

  test('leaves open what the real server leaves open, and no more', () => {
    const [a, b] = ['realtime:a', 'realtime:b'];
    assert.deepEqual(problems([system(a), system(b)], [system(b), system(a)]), []);
    assert.deepEqual(problems([reply(2, b), system(a)], [system(a), reply(2, b)]), []);
    assert.deepEqual(problems([reply(2), system(a)], [system(a), reply(2)]), ['out of order']);
    assert.deepEqual(problems([reply(2, a), reply(3, b)], [reply(3, b), reply(2, a)]), ['out of order']);
    assert.deepEqual(problems([reply(2), diff('a', 'b')], [diff('c', 'd'), reply(2)]), []);
    assert.deepEqual(problems([joined('1', a), diff('a', 'b')], [diff('c', 'd'), joined('1', a)]), [
      'out of order',
    ]);
    assert.deepEqual(problems([diff('a', 'b'), broadcast], [broadcast, diff('a', 'b')]), ['out of order']);
  });
});

describe('with a recording as its own replay', () => {
  for (const name of recordingNames()) {
    test(name, () => {
      const { timeline } = loadRecording(name);
      markFreedoms(timeline);
      const answers = timeline.filter(({ type }) => type === 'answer');
      for (const answer of answers) answer.barrier = 0;
      const verdict = (arrived) => verdictOn(name, timeline, byLane(arrived));
      const all = (result) => [...result.differences, ...result.meant];
      assert.deepEqual(all(verdict(answers)), []);
      // What is meant to differ does not, so the list is wrong.
      const meant = meantDifferences.filter(({ scenario }) => scenario === name);
      assert.deepEqual(verdict(answers).stale, meant);
      assert.equal(
        verdict(answers).compared + answers.filter(({ isOptional }) => isOptional).length,
        answers.length,
      );

      // Going through megabytes for each frame takes long and shows nothing that shorter frames do not.
      if (answers.some(({ text }) => text.length > 100_000)) return;
      for (const [index, answer] of answers.entries()) {
        const without = answers.toSpliced(index, 1);
        if (!answer.isOptional) assert.ok(all(verdict(without)).length > 0, `without ${answer.text}`);
        assert.ok(all(verdict(answers.toSpliced(index, 0, answer))).length > 0, `${answer.text} twice`);
        const next = answers.findIndex(({ lane }, other) => other > index && lane === answer.lane);
        if (next === -1 || !areOrdered(answer, answers[next], constantsOf(timeline))) continue;
        const swapped = answers.with(index, answers[next]).with(next, answer);
        assert.ok(all(verdict(swapped)).length > 0, `${answer.text} after ${answers[next].text}`);
      }
    });
  }
});

/** Two frames that differ in nothing but ids could be each other. */
function areOrdered(first, second, constants) {
  if (first.isOptional || second.isOptional || haveNoOrder(first, second)) return false;
  return dissect(first.text, constants).form !== dissect(second.text, constants).form;
}

function byLane(answers) {
  const lanes = new Map();
  for (const answer of answers) lanes.set(answer.lane, [...(lanes.get(answer.lane) ?? []), { ...answer }]);
  return lanes;
}
