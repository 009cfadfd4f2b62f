// node test/replay/run.mjs [--storage PostgreSQL] [--only-different] [scenario…]

import { parseArgs } from 'node:util';
import { recordingNames } from './recording.mjs';
import { Replayer } from './replayer.mjs';
import { inOrder } from './scenarios.mjs';
import { details, table } from './table.mjs';
import { isDifferent } from './verdict.mjs';

const { values, positionals } = parseArgs({
  options: {
    storage: { type: 'string', default: process.env.STORAGE ?? 'PGlite' },
    'only-different': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const unknown = positionals.filter((name) => !recordingNames().includes(name));
if (unknown.length > 0) {
  console.error(`There is no recording of ${unknown.join(', ')}`);
  process.exit(2);
}

const replayer = new Replayer(values.storage);
const verdicts = [];
for (const name of inOrder(positionals.length > 0 ? positionals : recordingNames())) {
  verdicts.push(await replayer.replay(name));
}
await replayer.stop();

const different = verdicts.filter(isDifferent);
console.log(table(values['only-different'] ? different : verdicts));
for (const verdict of different) console.log(`\n${details(verdict)}`);
process.exitCode = different.length > 0 ? 1 : 0;
