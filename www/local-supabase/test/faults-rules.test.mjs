import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFault } from '../dist/control/faultInput.js';
import { corrupted, labelOf } from '../dist/faults/frame.js';
import { FrameQueue } from '../dist/faults/frameQueue.js';
import { FaultRules } from '../dist/faults/rules.js';

const text = (topic, event, payload = {}) => JSON.stringify([null, null, topic, event, payload]);

function judge(rules, frame, { direction = 'toClient', client = 'a', isHolding = false } = {}) {
  return rules.judgeFrame(direction, client, isHolding, () => labelOf(frame));
}

describe('which faults hit', () => {
  test('skip lets the first matches pass, times ends a fault, hits are kept', () => {
    const rules = new FaultRules();
    const id = rules.add({ on: 'frame', direction: 'toClient', action: 'drop', skip: 2, times: 2 });
    const dropped = Array.from({ length: 6 }, () => judge(rules, 'x')?.dropped === true);
    assert.deepEqual(dropped, [false, false, true, true, false, false]);
    assert.equal(rules.touchesFrames, false, 'a spent fault costs nothing more');
    const [state] = rules.list();
    assert.deepEqual([state.id, state.hits, state.action], [id, 2, 'drop']);
  });

  test('client, direction, topic and event narrow a fault down', () => {
    const rules = new FaultRules();
    const fault = { on: 'frame', action: 'drop', direction: 'toServer', client: 'a', topic: 'room' };
    rules.add({ ...fault, event: 'cursor' });
    const cursor = text('realtime:room', 'broadcast', { event: 'cursor', payload: {} });
    const cases = [
      [cursor, {}, true],
      [cursor, { client: 'b' }, false],
      [cursor, { direction: 'toClient' }, false],
      [text('realtime:room', 'broadcast', { event: 'other' }), {}, false],
      [text('realtime:hall', 'broadcast', { event: 'cursor' }), {}, false],
      [text('phoenix', 'heartbeat'), {}, false],
      ['{', {}, false],
    ];
    for (const [frame, who, isHit] of cases) {
      assert.equal(judge(rules, frame, { direction: 'toServer', ...who }) !== null, isHit, frame);
    }
  });

  test('faults add up in their order, and nothing follows a drop', () => {
    const rules = new FaultRules();
    const frame = { on: 'frame', direction: 'toClient' };
    rules.add({ ...frame, action: 'delay', delayMs: 20 });
    rules.add({ ...frame, action: 'delay', delayMs: 30, times: 1 });
    rules.add({ ...frame, action: 'duplicate' });
    rules.add({ ...frame, action: 'corrupt', how: 'flip' });
    rules.add({ ...frame, action: 'drop', skip: 1 });
    rules.add({ ...frame, action: 'reorder', delayMs: 7 });
    assert.deepEqual(judge(rules, 'x'), {
      dropped: false,
      corruption: 'flip',
      copies: 2,
      delayMs: 50,
      holdMs: 7,
    });
    assert.equal(judge(rules, 'x').dropped, true);
    assert.deepEqual(
      rules.list().map(({ hits }) => hits),
      [2, 1, 2, 2, 1, 1],
    );
  });

  test('a frame that another one waits for is not held itself', () => {
    const rules = new FaultRules();
    rules.add({ on: 'frame', direction: 'toClient', action: 'reorder', times: 2 });
    assert.equal(judge(rules, '1').holdMs, 1_000);
    assert.equal(judge(rules, '2', { isHolding: true }), null);
    assert.equal(judge(rules, '3').holdMs, 1_000);
    assert.equal(judge(rules, '4'), null);
  });

  test('requests match by service, method and path, exact or as a prefix', () => {
    const request = { method: 'GET', path: '/rest/v1/clients', service: 'rest', client: 'a' };
    const cases = [
      [{}, true],
      [{ service: 'rest', method: 'get', path: '/rest/v1/clients' }, true],
      [{ path: '/rest/v1/cli*' }, true],
      [{ path: '/rest/v1/cli' }, false],
      [{ method: 'POST' }, false],
      [{ service: 'auth' }, false],
      [{ client: 'b' }, false],
    ];
    for (const [filter, isHit] of cases) {
      const rules = new FaultRules();
      rules.add({ on: 'request', action: 'loseReply', ...filter });
      assert.equal(rules.judgeRequest(request, 0).length === 1, isHit, JSON.stringify(filter));
    }
  });

  test('a request waits for each delay and ends once', () => {
    const rules = new FaultRules();
    rules.add({ on: 'request', action: 'delay', delayMs: 5 });
    rules.add({ on: 'request', action: 'fail', status: 503, times: 1 });
    rules.add({ on: 'request', action: 'loseReply' });
    const actions = () => rules.judgeRequest({ method: 'GET', path: '/', service: 'other', client: 'a' }, 0);
    assert.deepEqual(
      actions().map(({ action }) => action),
      ['delay', 'fail'],
    );
    assert.equal(rules.losesConnections, true);
    assert.deepEqual(
      actions().map(({ action }) => action),
      ['delay', 'loseReply'],
    );
    rules.clear();
    assert.equal(rules.losesConnections, false);
    assert.deepEqual(actions(), []);
  });

  test('a limit lets so many pass within any second, and counts what it refused', () => {
    const rules = new FaultRules();
    rules.add({ on: 'request', action: 'limit', perSecond: 2, path: '/a', skip: 1, times: 3 });
    const isRefused = (now, path = '/a') =>
      rules.judgeRequest({ method: 'GET', path, service: 'other', client: 'a' }, now).length > 0;
    const asked = [0, 600, 601, 602, 1_000, 1_001, 1_599, 1_600].map((now) => isRefused(now));
    // The first of what goes beyond the limit is skipped; one that was refused does not count against the limit.
    assert.deepEqual(asked, [false, false, false, true, false, true, true, false]);
    assert.equal(isRefused(1_601, '/b'), false);
    assert.deepEqual([rules.list()[0].hits, isRefused(1_602)], [3, false], 'it is spent');
  });

  test('joins are refused by topic, with a reason', () => {
    const rules = new FaultRules();
    const id = rules.add({ on: 'join', action: 'refuse', topic: 'realtime:room', reason: 'No', times: 1 });
    assert.equal(rules.judgeJoin('hall', 'a'), null);
    assert.equal(rules.judgeJoin('room', 'a'), 'No');
    assert.equal(rules.judgeJoin('room', 'a'), null);
    assert.equal(rules.remove(id), true);
    assert.equal(rules.remove(id), false);
  });
});

describe('frames', () => {
  test('the topic and the event are read in either version, as text or as bytes', () => {
    const push = Buffer.from('AwEBDQYAATY3cmVhbHRpbWU6cHViMWN1cnNvcnsieCI6MX0=', 'base64');
    const broadcast = Buffer.from('BA0GAAFyZWFsdGltZTpwdWIxY3Vyc29yeyJ4IjoxfQ==', 'base64');
    const cursor = { topic: 'realtime:pub1', events: ['broadcast', 'cursor'] };
    assert.deepEqual(labelOf(push), cursor);
    assert.deepEqual(labelOf(broadcast), cursor);
    assert.deepEqual(labelOf(text('realtime:pub1', 'broadcast', { event: 'cursor' })), cursor);
    const old = { topic: 'realtime:pub1', event: 'phx_join', payload: { event: 'x' }, ref: '1' };
    assert.deepEqual(labelOf(JSON.stringify(old)), { topic: 'realtime:pub1', events: ['phx_join'] });
    for (const frame of ['', '7', 'null', '[1]', '{}', Buffer.alloc(0), Buffer.from([9, 9])]) {
      assert.deepEqual(labelOf(frame), { topic: '', events: [] });
    }
    assert.equal(labelOf(Buffer.from([4, 200, 200])).topic, '', 'too short for its lengths');
  });

  test('corruption is the same each time and leaves text text', () => {
    assert.equal(corrupted('12345', 'truncate'), '12');
    assert.equal(corrupted('a😀b', 'truncate'), 'a');
    assert.deepEqual(corrupted(Buffer.from([1, 2, 3, 4]), 'truncate'), Buffer.from([1, 2]));
    assert.equal(corrupted('abcde', 'flip'), 'abbde');
    assert.equal(corrupted('aüüü', 'flip'), '`üüü');
    const bytes = Buffer.from([1, 2, 3, 4]);
    assert.deepEqual(corrupted(bytes, 'flip'), Buffer.from([1, 2, 2, 4]));
    assert.deepEqual(bytes, Buffer.from([1, 2, 3, 4]), 'the frame itself is left as it is');
    for (const how of ['truncate', 'flip']) {
      assert.equal(corrupted('', how), '');
      assert.deepEqual(corrupted(Buffer.alloc(0), how), Buffer.alloc(0));
    }
  });
});

describe('the order of frames', () => {
  test('a delay delays what follows and keeps the order', () => {
    const queue = new FrameQueue();
    queue.put(['slow'], 0, 100);
    queue.put(['next'], 10);
    queue.put(['slower'], 20, 200);
    assert.equal(queue.nextAt, 100);
    assert.deepEqual(queue.take(99), []);
    assert.deepEqual(queue.take(100), ['slow', 'next']);
    assert.equal(queue.nextAt, 220);
    assert.deepEqual(queue.take(220), ['slower']);
    assert.ok(queue.isEmpty);
  });

  test('a held frame comes right after the next one', () => {
    const queue = new FrameQueue();
    queue.hold(['first', 'first'], 0, 1_000);
    assert.ok(queue.isHolding && !queue.isEmpty);
    assert.deepEqual(queue.take(5), []);
    queue.put(['second'], 5);
    assert.ok(!queue.isHolding);
    queue.put(['third'], 5);
    assert.deepEqual(queue.take(5), ['second', 'first', 'first', 'third']);
  });

  test('a held frame that nothing follows comes after its time, and behind what waits', () => {
    const queue = new FrameQueue();
    queue.hold(['held'], 0, 50);
    assert.equal(queue.nextAt, 50);
    assert.deepEqual(queue.take(50), ['held']);
    queue.put(['slow'], 60, 100);
    queue.hold(['held'], 60, 10);
    assert.deepEqual(queue.take(70), []);
    assert.deepEqual(queue.take(160), ['slow', 'held']);
    assert.equal(queue.nextAt, null);
  });

  test('a held frame that is delayed, too, keeps its delay when another one has passed it', () => {
    const queue = new FrameQueue();
    queue.hold(['slow'], 0, 1_000, 80);
    queue.put(['quick'], 10);
    assert.deepEqual(queue.take(10), ['quick']);
    queue.put(['behind'], 20);
    assert.deepEqual(queue.take(79), []);
    assert.deepEqual(queue.take(80), ['slow', 'behind']);
  });

  test('what is held comes before the end', () => {
    const queue = new FrameQueue();
    queue.hold(['held'], 0, 500);
    queue.stopHolding(5);
    queue.put(['end'], 5);
    assert.deepEqual(queue.take(5), ['held', 'end']);
  });

  test('flushing empties it in order', () => {
    const queue = new FrameQueue();
    queue.put(['slow'], 0, 100);
    queue.hold(['held'], 0, 500);
    assert.deepEqual(queue.flush(), ['slow', 'held']);
    assert.ok(queue.isEmpty);
  });
});

describe('faults as they are sent', () => {
  test('whole ones are taken as they are', () => {
    const faults = [
      {
        on: 'frame',
        direction: 'toClient',
        action: 'delay',
        delayMs: 5,
        client: 'a',
        topic: 't',
        event: 'e',
      },
      { on: 'frame', direction: 'toServer', action: 'corrupt', how: 'flip', skip: 0, times: 1 },
      { on: 'handshake', action: 'refuse' },
      { on: 'handshake', action: 'refuse', status: 429, retryAfterSeconds: 2, body: { message: 'no' } },
      { on: 'join', action: 'refuse', topic: 't', reason: 'No' },
      { on: 'request', action: 'fail', status: 503, service: 'rest', method: 'GET', path: '/rest/v1/*' },
      { on: 'request', action: 'loseReply' },
      { on: 'request', action: 'limit', perSecond: 2, retryAfterSeconds: 4, retryAfterAs: 'date' },
      { on: 'request', action: 'fail', status: 503, headers: { 'x-request-id': '7' }, service: 'calendar' },
      { on: 'request', action: 'slowBody', durationMs: 5 },
      { on: 'request', action: 'corrupt', how: 'html', service: 'payments' },
    ];
    for (const fault of faults) assert.deepEqual(readFault(fault), fault);
  });

  test('what is wrong is named, with what it must be', () => {
    const frame = { on: 'frame', direction: 'toClient', action: 'drop' };
    const cases = [
      [{}, '"on" must be one of "frame", "handshake", "join", "request"'],
      [{ on: 'constructor' }, '"on" must be one of "frame", "handshake", "join", "request"'],
      [{ on: 'join', action: 'drop' }, '"action" must be one of "refuse"'],
      [{ on: 'frame', action: 'drop' }, '"direction" must be one of "toClient", "toServer"'],
      [{ ...frame, times: 0 }, '"times" must be a whole number, at least 1'],
      [{ ...frame, skip: 1.5 }, '"skip" must be a whole number, at least 0'],
      [{ ...frame, client: '' }, '"client" must be a text that is not empty'],
      [{ ...frame, action: 'delay' }, '"delayMs" must be a number of milliseconds'],
      [{ ...frame, action: 'delay', delayMs: -1 }, '"delayMs" must be a number of milliseconds'],
      [{ on: 'request', action: 'fail', status: 200 }, '"status" must be a whole number from 400 to 599'],
      [{ on: 'request', action: 'fail' }, '"status" must be a whole number from 400 to 599'],
      [{ on: 'request', action: 'limit' }, '"perSecond" must be a whole number from 1 to 1000000'],
      [{ on: 'request', action: 'slowBody' }, '"durationMs" must be a number of milliseconds'],
      ...[['a'], { 'no name': 'x' }, { name: 7 }, { name: 'two\r\nlines' }].map((headers) => [
        { on: 'request', action: 'fail', status: 500, headers },
        '"headers" must be an object of header names and their texts',
      ]),
      [{ on: 'handshake', action: 'refuse', body: 'x' }, '"body" must come with a "status"'],
    ];
    for (const [fault, message] of cases) assert.throws(() => readFault(fault), { message });
    assert.throws(
      () => readFault({ ...frame, delayMs: 5 }),
      /^InputError: "delayMs" is no field here: .*"times"/,
    );
  });
});
