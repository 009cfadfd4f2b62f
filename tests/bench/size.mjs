// npm run size [-- --functions N] [--update]

import { relative } from 'node:path';
import { readArguments } from '../../scripts/lib/arguments.mjs';
import { buildPackage } from '../../scripts/lib/build/index.mjs';
import { buildNamedWasm } from '../../scripts/lib/build/wasm.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { Problem, runMain } from '../../scripts/lib/problem.mjs';
import { setUpForBuild } from '../../scripts/lib/setup/index.mjs';
import { table } from './lib/table.mjs';
import { bundle, total } from './size/lib/bundle.mjs';
import { bundles } from './size/lib/bundles.mjs';
import { bytes, committedFile, readCommitted, sizeComplaint, writeCommitted } from './size/lib/committed.mjs';
import { largestFunctions } from './size/lib/functions.mjs';

await runMain(async () => {
  const { values } = readArguments('npm run size --', {
    options: { functions: { type: 'string', default: '25' }, update: { type: 'boolean' } },
  });
  if (!/^\d{1,4}$/.test(values.functions)) {
    throw new Problem(
      `--functions ${values.functions} is not a number of functions: give one from 0 to 9999.`,
      {
        exitCode: 2,
      },
    );
  }
  // Before the long part: without it there is nothing to hold the sizes against.
  const committed = values.update ? null : readCommitted();
  await setUpForBuild();
  await buildPackage();
  const now = await printBundles();
  if (Number(values.functions) > 0) await printFunctions(Number(values.functions));
  if (!committed) {
    writeCommitted(now);
    console.log(`Written: ${relative(root, committedFile)}`);
  } else {
    console.log(
      `Committed: ${bytes(committed.gzip)} gzip (now ${change(now.gzip, committed.gzip)}), ${bytes(committed.brotli)} brotli (now ${change(now.brotli, committed.brotli)}).`,
    );
  }
  const complaint = sizeComplaint(now, committed ?? now);
  if (complaint) throw new Problem(complaint);
});

/** What a user downloads of each, ours by file. */
async function printBundles() {
  const rows = [];
  let ours = { raw: 0, gzip: 0, brotli: 0 };
  for (const { role, name, entry } of bundles) {
    const files = await bundle(entry);
    const all = total(files);
    if (role === 'ours') {
      ours = all;
      rows.push(...files.map((file) => row(`  ${file.name}`, file)));
    }
    rows.push(row(name, all));
  }
  console.log('What a user downloads, in bytes (React apart)');
  console.log(table(rows));
  return ours;
}

/** @param {string} name @param {import('./size/lib/bundle.mjs').Size} size */
function row(name, { raw, gzip, brotli }) {
  const figure = (/** @type {number} */ count) => count.toLocaleString('en-GB');
  return { bundle: name, raw: figure(raw), gzip: figure(gzip), brotli: figure(brotli) };
}

/** @param {number} count */
async function printFunctions(count) {
  const functions = await largestFunctions(await buildNamedWasm(), count);
  console.log(`\nThe ${functions.length} largest functions and data of the module, uncompressed`);
  console.log(table(functions));
  console.log();
}

/** @param {number} now @param {number} committed */
function change(now, committed) {
  const percent = (now / committed - 1) * 100;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
}
