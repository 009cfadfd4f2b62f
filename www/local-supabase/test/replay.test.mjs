import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import './replay/compare.test.mjs';
import './replay/driver.test.mjs';
import './replay/recording.test.mjs';
import { meantDifferences } from './replay/differences.mjs';
import { recordingNames } from './replay/recording.mjs';
import { Replayer } from './replay/replayer.mjs';
import { inOrder } from './replay/scenarios.mjs';
import { details, table } from './replay/table.mjs';
import { isDifferent } from './replay/verdict.mjs';

describe('the server answers as a real one did', () => {
  const replayer = new Replayer(process.env.STORAGE);
  const verdicts = [];
  after(() => replayer.stop());

  for (const name of inOrder(recordingNames())) {
    test(name, async () => {
      const verdict = await replayer.replay(name);
      verdicts.push(verdict);
      assert.ok(verdict.compared > 0, 'the recording has nothing to compare');
      if (isDifferent(verdict)) assert.fail(`${table([verdict])}\n${details(verdict)}`);
    });
  }

  test('every recording has a verdict', () => {
    assert.deepEqual(verdicts.map(({ name }) => name).sort(), recordingNames());
    for (const { scenario, contains, reason } of meantDifferences) {
      assert.ok(recordingNames().includes(scenario), `there is no recording of ${scenario}`);
      assert.ok(contains.length > 0 && reason.length > 0);
    }
  });
});
