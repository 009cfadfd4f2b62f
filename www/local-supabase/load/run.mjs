import { parseArgs } from 'node:util';
import { startPostgres } from '../test/postgresServer.mjs';
import { loadBroadcasts } from './broadcasts.mjs';
import { loadChanges } from './changes.mjs';

const help = `Usage: npm run load -w www/local-supabase -- [options]

How much the embedded backend carries, on this machine, clients included.

  --broadcasts      only broadcasts: sockets in rooms of fifty, so many deliveries a second
  --changes         only changes of the database: rows inserted as fast as they are heard of
  --postgres        on a PostgreSQL server of its own instead of PGlite
  --seconds N       how long each load lasts (10)
  --connections N   sockets of the broadcasts (1000)
  --rate N          deliveries a second of the broadcasts (5000)
  --help            print this
`;

const count = { type: 'string' };

async function main() {
  const { values } = parseArgs({
    options: {
      ...{ broadcasts: { type: 'boolean' }, changes: { type: 'boolean' }, postgres: { type: 'boolean' } },
      ...{ seconds: count, connections: count, rate: count, help: { type: 'boolean' } },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const number = (name, fallback) => {
    const text = values[name] ?? String(fallback);
    if (/^[1-9]\d*$/.test(text)) return Number(text);
    throw new Error(`--${name} takes a whole number from 1, not "${text}"`);
  };
  const seconds = number('seconds', 10);
  const connections = number('connections', 1_000);
  const perSecond = number('rate', 5_000);
  const all = !values.broadcasts && !values.changes;
  const postgres = values.postgres ? await startPostgres() : null;
  const databaseUrl = postgres?.url ?? null;
  try {
    if (all || values.broadcasts) {
      console.log('broadcasts', await loadBroadcasts({ connections, perSecond, seconds, databaseUrl }));
    }
    if (!all && !values.changes) return;
    for (const load of [
      { subscribers: 1, secured: false, batch: 1 },
      { subscribers: 1, secured: false, batch: 100 },
      { subscribers: 100, secured: false, batch: 10 },
      { subscribers: 1, secured: true, batch: 100 },
      { subscribers: 100, secured: true, batch: 100 },
    ]) {
      console.log('changes', await loadChanges({ ...load, seconds, databaseUrl }));
    }
  } finally {
    postgres?.stop();
  }
}

await main().catch((cause) => {
  console.error(cause.message);
  process.exitCode = 2;
});
