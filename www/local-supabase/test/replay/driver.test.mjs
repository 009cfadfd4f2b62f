import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { closeAnswer, openAnswer, textAnswer } from './answers.mjs';
import { Driver } from './driver.mjs';
import { verdictOn } from './verdict.mjs';

const lane = 'socket 1';
const action = (at, what) => ({ type: 'action', at, lane, connection: 1, step: '', ...what });
const answer = (at, what) => ({ type: 'answer', at, lane, connection: 1, ...what });
const reply = (ref) => `[null,"${ref}","phoenix","phx_reply",{}]`;

/** A push that nothing answers, a silence, and one that is answered. */
const recorded = () => [
  action(0, { do: 'open', path: '/' }),
  answer(1, openAnswer()),
  action(2, { do: 'send', text: 'ignored' }),
  action(400, { do: 'send', text: 'answered' }),
  answer(401, textAnswer(reply('1'))),
  action(800, { do: 'close', code: 1000, reason: '' }),
  answer(801, closeAnswer(1000, '')),
];

describe('the driver', () => {
  let server;
  let behave;
  before(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) => socket.on('message', (data) => behave(socket, String(data))));
    await new Promise((resolve) => server.on('listening', resolve));
  });
  after(() => server.close());

  async function problems(behaviour) {
    behave = behaviour;
    const timeline = recorded();
    const driver = new Driver({ url: `http://127.0.0.1:${server.address().port}` }, null, {
      replace: async (text) => text,
    });
    await driver.run(timeline);
    const { differences, equal } = verdictOn('a scenario', timeline, driver.inbox.lanes, driver.failures);
    return [equal, ...differences.map(({ problem }) => problem)];
  }

  test('finds nothing where the server does as recorded', async () => {
    const behaviour = (socket, text) => text === 'answered' && socket.send(reply('1'));
    assert.deepEqual(await problems(behaviour), [3]);
  });

  test('finds what comes in the silence, even if it is what comes later', async () => {
    const early = (socket, text) => text === 'ignored' && socket.send(reply('1'));
    assert.deepEqual(await problems(early), [2, 'before what it answers']);
    const more = (socket, text) => socket.send(reply(text === 'answered' ? '1' : '2'));
    assert.deepEqual(await problems(more), [3, 'unexpected']);
  });

  test('finds what comes only when the client goes, or not at all', async () => {
    assert.deepEqual(await problems(() => {}), [2, 'missing']);
    const gone = (socket, text) => text === 'answered' && socket.terminate();
    assert.deepEqual(await problems(gone), [1, 'missing', 'differs']);
  });

  test('finds what comes after the patience for it', async () => {
    const late = (socket, text) => text === 'answered' && setTimeout(() => socket.send(reply('1')), 2_520);
    assert.deepEqual(await problems(late), [2, 'late']);
  });

  test('finds what comes right before the client goes', async () => {
    const echo = (socket, text) => {
      if (text !== 'answered') return;
      socket.send(reply('1'));
      setTimeout(() => socket.send(reply('1')), 20);
    };
    assert.deepEqual(await problems(echo), [3, 'unexpected']);
  });
});
