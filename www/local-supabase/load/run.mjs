// npm run load -w www/local-supabase -- [--broadcasts] [--changes] [--postgres] [--seconds N] [--connections N] [--rate N]
import { parseArgs } from 'node:util';
import { startPostgres } from '../test/postgresServer.mjs';
import { loadBroadcasts } from './broadcasts.mjs';
import { loadChanges } from './changes.mjs';

const { values } = parseArgs({
  options: {
    broadcasts: { type: 'boolean', default: false },
    changes: { type: 'boolean', default: false },
    postgres: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '5000' },
  },
});
const all = !values.broadcasts && !values.changes;
const seconds = Number(values.seconds);
const postgres = values.postgres ? await startPostgres() : null;
const where = postgres === null ? {} : { databaseUrl: postgres.url };
try {
  if (all || values.broadcasts) {
    const [connections, perSecond] = [Number(values.connections), Number(values.rate)];
    console.log('broadcasts', await loadBroadcasts({ connections, perSecond, seconds, ...where }));
  }
  if (all || values.changes) {
    for (const load of [
      { subscribers: 1, secured: false },
      { subscribers: 1, secured: false, batch: 100 },
      { subscribers: 100, secured: false, batch: 10 },
      { subscribers: 1, secured: true, batch: 100 },
      { subscribers: 100, secured: true, batch: 100 },
    ]) {
      console.log('changes', await loadChanges({ ...load, seconds, ...where }));
    }
  }
} finally {
  postgres?.stop();
}
