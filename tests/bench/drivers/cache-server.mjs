import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { RedisServer } from '../../server/redis-server.mjs';
import { headerOf, secret, tokenOf } from '../../server/rig.mjs';

export const wholePlan = { rounds: 9, warmUps: 2 };
export const quickPlan = { rounds: 3, warmUps: 1 };

const reads = { whole: 1_500, quick: 300 };
const value = JSON.stringify({ name: 'x'.repeat(1_000) });
const routes = fileURLToPath(new URL('../lib/cache-routes.mjs', import.meta.url));

/** @type {import('../lib/run-cases.mjs').Driver['open']} */
export async function open(_, { quick }) {
  const redis = await RedisServer.start();
  const server = fork(routes, [redis.url, secret]);
  const [port] = await once(server, 'message');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const authorization = `Bearer ${await tokenOf('anna')}`;

  /** @param {string} route @param {'GET' | 'PUT'} method @returns {Promise<string>} */
  const ask = (route, method) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization,
        ...(method === 'PUT' ? { 'x-cache-entry': headerOf('clients') } : {}),
      };
      const path = `/${route}/entry?supplier=roses&key=clients`;
      const asked = request({ port, host: '127.0.0.1', agent, method, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      });
      asked.on('error', reject);
      asked.end(method === 'PUT' ? value : undefined);
    });

  /** @param {'ours' | 'peer'} role @param {string} name @param {string} route */
  const side = async (role, name, route) => {
    await ask(route, 'PUT');
    return {
      role,
      name,
      result: () => ask(route, 'GET'),
      async round() {
        const count = quick ? reads.quick : reads.whole;
        const began = performance.now();
        for (let read = 0; read < count; read += 1) await ask(route, 'GET');
        return { 'cache.server_hit': (performance.now() - began) / count };
      },
    };
  };
  return {
    order: 'in turn',
    sides: [await side('ours', '@wedsync/dashboard', 'ours'), await side('peer', 'a bare Redis GET', 'bare')],
    async close() {
      agent.destroy();
      server.kill();
      await redis.stop();
    },
  };
}
