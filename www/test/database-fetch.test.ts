import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseFetch, sendDatabaseThrough } from '../src/data/database-fetch.ts';

const project = 'https://project.example';

/** What `use` asks for, and by which way. */
async function ways(use: (via: typeof fetch) => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const noting =
    (way: string): typeof fetch =>
    async (input) => {
      seen.push(`${way} ${input instanceof Request ? input.url : input}`);
      return new Response();
    };
  const own = globalThis.fetch;
  globalThis.fetch = noting('browser');
  try {
    await use(noting('dashboard'));
  } finally {
    globalThis.fetch = own;
  }
  return seen;
}

test('the database is asked through the dashboard as long as that is there, and sign-in never is', async () => {
  const seen = await ways(async (via) => {
    await databaseFetch(`${project}/rest/v1/clients`);
    const end = sendDatabaseThrough(project, via);
    await databaseFetch(`${project}/rest/v1/clients`);
    await databaseFetch(new URL(`${project}/rest/v1/activity`));
    await databaseFetch(new Request(`${project}/rest/v1/suppliers`));
    await databaseFetch(`${project}/auth/v1/token`);
    await databaseFetch(`https://elsewhere.example/${project}/rest/v1/clients`);
    end();
    await databaseFetch(`${project}/rest/v1/clients`);
  });
  assert.deepEqual(seen, [
    `browser ${project}/rest/v1/clients`,
    `dashboard ${project}/rest/v1/clients`,
    `dashboard ${project}/rest/v1/activity`,
    `dashboard ${project}/rest/v1/suppliers`,
    `browser ${project}/auth/v1/token`,
    `browser https://elsewhere.example/${project}/rest/v1/clients`,
    `browser ${project}/rest/v1/clients`,
  ]);
});

test('a dashboard that goes after the next one came takes nothing with it', async () => {
  const seen = await ways(async (via) => {
    const endFormer = sendDatabaseThrough(project, () => Promise.reject(new Error('closed')));
    const end = sendDatabaseThrough(project, via);
    endFormer();
    await databaseFetch(`${project}/rest/v1/clients`);
    end();
  });
  assert.deepEqual(seen, [`dashboard ${project}/rest/v1/clients`]);
});
