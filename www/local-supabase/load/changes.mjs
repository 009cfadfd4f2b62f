import { setTimeout as sleep } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { startBackend } from './backend.mjs';
import { openClient } from './clients.mjs';
import { growthPerMinute } from './figures.mjs';

const schema = `
  drop table if exists public.plain, public.secured;
  create table public.plain (id bigint generated always as identity primary key, owner uuid, body text);
  create table public.secured (id bigint generated always as identity primary key, owner uuid, body text);
  alter table public.secured enable row level security;
  create policy own on public.secured for select to authenticated using (owner = auth.uid());
  alter publication supabase_realtime add table public.plain, public.secured;
`;

const keptRows = 5_000;

/**
 * Rows are inserted as fast as the database takes them, `batch` of them a statement, for `seconds`, and each one
 * is awaited at its subscribers. With `secured`, each of `subscribers` is a user of its own who sees a share of them.
 */
export async function loadChanges({ subscribers, secured, batch = 1, seconds, databaseUrl = null }) {
  const backend = await startBackend({ databaseUrl });
  await backend.sql(schema);
  const [{ value: secret }] = await backend.sql(
    "select value from auth.local_settings where name = 'jwt_secret'",
  );
  const table = secured ? 'secured' : 'plain';
  const users = Array.from(
    { length: subscribers },
    (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  );
  let received = 0;
  const clients = await Promise.all(
    users.map(async (sub) =>
      openClient(backend, {
        topic: `changes-${sub}`,
        token: await new SignJWT({ role: 'authenticated', sub })
          .setProtectedHeader({ alg: 'HS256' })
          .setExpirationTime('2h')
          .sign(new TextEncoder().encode(secret)),
        changes: [{ event: 'INSERT', schema: 'public', table }],
        onFrame: (data) => {
          if (data.includes('postgres_changes')) received += 1;
        },
      }),
    ),
  );
  const memory = [];
  const started = performance.now();
  let inserted = 0;
  let expected = 0;
  let nextSample = 0;
  while (performance.now() - started < seconds * 1_000) {
    const owners = Array.from({ length: batch }, (_, index) => users[(inserted + index) % users.length]);
    const rows = owners.map((owner) => `('${owner}', repeat('x', 200))`);
    await backend.sql(`insert into public.${table} (owner, body) values ${rows.join(', ')}`);
    // Old rows go again: what is measured is what changes cost, not what rows take.
    if (inserted % keptRows < batch)
      await backend.sql(`delete from public.${table} where id <= ${inserted - keptRows}`);
    inserted += batch;
    expected += secured ? batch : batch * subscribers;
    // Not far ahead: a queue that only grows says nothing about the rate.
    const patience = performance.now() + 30_000;
    while (expected - received > 2_000 * (secured ? 1 : subscribers)) {
      if (performance.now() > patience) throw new Error(`${expected - received} changes did not arrive`);
      await sleep(1);
    }
    const at = performance.now() - started;
    if (at >= nextSample) {
      memory.push({ at, value: backend.memory() });
      nextSample += 1_000;
    }
  }
  const patience = performance.now() + 60_000;
  while (received < expected && performance.now() < patience) await sleep(5);
  const took = (performance.now() - started) / 1_000;
  for (const client of clients) client.close();
  await backend.stop();
  return {
    table,
    subscribers,
    batch,
    inserted,
    expected,
    received,
    changesPerSecond: Math.round(inserted / took),
    deliveredPerSecond: Math.round(received / took),
    memoryMB: {
      first: Math.round(memory[0].value),
      last: Math.round(memory.at(-1).value),
      growthPerMinute: Number(growthPerMinute(memory).toFixed(2)),
    },
  };
}
