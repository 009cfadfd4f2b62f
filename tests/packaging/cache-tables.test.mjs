// Values that depend on tables, which a real Realtime tells the changes of.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoPassword, demoUsers } from '../../scripts/lib/demo-users.mjs';
import { migrationsDir, seedFile } from '../../scripts/lib/paths.mjs';
import { startModulePages } from './module-page.mjs';

/* What runs in the page. */
/** @type {any} */
const wedsync = undefined;
/** @type {any} */
const options = undefined;
/** @type {any} */
const token = undefined;
/** @type {any} */
const supplierId = undefined;
/** @type {(work: () => boolean | Promise<boolean>) => Promise<void>} */
const until = async () => {};
/** @type {(path: string, body: object) => Promise<void>} */
const control = async () => {};

const supplier = '51000000-0000-4000-8000-000000000001';

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;

before(async () => {
  pages = await startModulePages({ migrations: migrationsDir, seed: seedFile });
  await pages.control('/sql', { sql: 'alter publication supabase_realtime add table public.clients' });
});
after(() => pages.stop());

/** @template Result @param {() => Promise<Result>} program */
async function inPage(program) {
  const response = await fetch(`${pages.backend.url}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { apikey: pages.backend.anonKey, 'content-type': 'application/json' },
    body: JSON.stringify({ email: demoUsers[0]?.email, password: demoPassword }),
  });
  const { access_token } = /** @type {{ access_token: string }} */ (await response.json());
  const { result, errors } = await pages.inPage(program, {
    prepare: async (page) => {
      await page.exposeFunction('control', pages.control);
      await page.evaluate(`(() => {
        globalThis.token = ${JSON.stringify(access_token)};
        globalThis.supplierId = ${JSON.stringify(supplier)};
        globalThis.until = async (work) => {
          const end = Date.now() + 10_000;
          while (!(await work())) {
            if (Date.now() > end) throw new Error('It has not come: ' + work);
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        };
      })()`);
    },
  });
  assert.deepEqual(errors, []);
  return result;
}

test('a change of a row makes invalid what depends on it or on its table, and a gap what depends on any of it', async () => {
  const result = await inPage(async () => {
    const { cache, realtime, close } = await wedsync.createDashboard({
      ...options,
      accessToken: () => token,
      cache: { devices: false },
    });
    const touch = (/** @type {string} */ id) =>
      control('/sql', { sql: `update public.clients set notes = 'touched' where id = '${id}'` });
    /** @type {any[]} */
    const ids = await (async () => {
      const answer = await fetch(
        `${options.url}/rest/v1/clients?select=id&supplier_id=eq.${supplierId}&limit=2`,
        {
          headers: { apikey: options.key, authorization: `Bearer ${token}` },
        },
      );
      return /** @type {{ id: string }[]} */ (await answer.json()).map(({ id }) => id);
    })();
    /** @type {Record<string, number>} */
    const fetches = { table: 0, row: 0, other: 0, none: 0 };
    /** @type {Record<string, string[]>} */
    const dependsOn = {
      table: ['clients'],
      row: [`clients:${ids[0]}`],
      other: [`clients:${ids[1]}`],
      none: [],
    };
    const read = async () => {
      for (const name of Object.keys(fetches)) {
        const key = { namespace: 'test', supplierId, resource: name };
        await cache.getOrFetch(
          key,
          () => {
            fetches[name] = (fetches[name] ?? 0) + 1;
            return name;
          },
          { dependsOn: dependsOn[name] },
        );
      }
      return { ...fetches };
    };
    await read();
    const id = `cache:${supplierId}:clients`;
    await until(() =>
      realtime
        .getSubscriptions()
        .some((/** @type {any} */ { id: one, status }) => one === id && status === 'live'),
    );
    const before = await read();
    await touch(ids[0]);
    await until(async () => (await read()).table === 2);
    const changed = await read();
    await control('/sockets/cut', { forMs: 100 });
    await until(async () => (await read()).table === 3);
    const after = await read();
    await close();
    return { before, changed, after };
  });
  assert.deepEqual(result, {
    before: { table: 1, row: 1, other: 1, none: 1 },
    changed: { table: 2, row: 2, other: 1, none: 1 },
    after: { table: 3, row: 3, other: 2, none: 1 },
  });
});
