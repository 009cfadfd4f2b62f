// npm run size [-- --functions N] [--update [--of CAPABILITY]]

import { relative } from 'node:path';
import { readArguments } from '../../scripts/lib/arguments.mjs';
import { buildPackage } from '../../scripts/lib/build/index.mjs';
import { buildNamedWasm } from '../../scripts/lib/build/wasm.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { Problem, runMain } from '../../scripts/lib/problem.mjs';
import { setUpForBuild } from '../../scripts/lib/setup/index.mjs';
import { table } from './lib/table.mjs';
import {
  booked,
  budgetRows,
  budgetsFile,
  budgetWarnings,
  readBudgets,
  sizeComplaint,
  writeBudgets,
} from './size/lib/budgets.mjs';
import { documentFile, writeDocument } from './size/lib/document.mjs';
import { largestFunctions } from './size/lib/functions.mjs';
import { applicationRows, comparison, packageRows } from './size/lib/report.mjs';

await runMain(async () => {
  const { values } = readArguments('npm run size --', {
    options: {
      functions: { type: 'string', default: '25' },
      update: { type: 'boolean' },
      of: { type: 'string', default: 'realtime' },
    },
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
  const budgets = readBudgets();
  await setUpForBuild();
  await buildPackage();
  const { rows: ofPackage, ours: now } = await packageRows();
  console.log('What a user downloads of the package, in bytes (React apart)');
  console.log(table(ofPackage));
  const updated = values.update ? booked(budgets, now, values.of) : null;
  const ofApplications = await applicationRows();
  console.log('\nWhat an application ships that signs in and sends requests, and what it can do besides');
  console.log(table(ofApplications));
  if (Number(values.functions) > 0) await printFunctions(Number(values.functions));
  const ofBudgets = budgetRows(updated ?? budgets);
  console.log('\nBudgets and what is committed, in bytes of gzip');
  console.log(table(ofBudgets));
  for (const warning of budgetWarnings(updated ?? budgets)) console.log(warning);
  console.log();
  if (updated) {
    writeBudgets(updated);
    writeDocument({ package: ofPackage, applications: ofApplications, budgets: ofBudgets });
    console.log(`Written: ${relative(root, budgetsFile)} and ${relative(root, documentFile)}`);
  } else {
    console.log(comparison(now, budgets.whole));
  }
  const complaint = sizeComplaint(now, updated ?? budgets);
  if (complaint) throw new Problem(complaint);
});

/** @param {number} count */
async function printFunctions(count) {
  const functions = await largestFunctions(await buildNamedWasm(), count);
  console.log(`\nThe ${functions.length} largest functions and data of the module, uncompressed`);
  console.log(table(functions));
}
