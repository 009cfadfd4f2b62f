import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { DashboardUnderTest } from '@wedsync/dashboard/testing';

/** The application of a build and its backend, at addresses of their own, which nobody serves while they are stopped. */
export interface Deployment {
  url: string;
  supabaseUrl: string;
  /** Ends the application's server and the way to its backend: what is asked of them is refused, as by a machine that is down. */
  stop(): Promise<void>;
  /** Lets the application's server take requests, and answer none. */
  freeze(): void;
  /** Serves a build, in place of the one that was served. */
  serve(folder: string): Promise<void>;
  /** Ends everything. */
  close(): Promise<void>;
}

/** Serves a build, whose folder has `.next` in it, in front of the backend of the test. */
export async function deploy(
  folder: string,
  { supabaseUrl, anonKey }: DashboardUnderTest,
): Promise<Deployment> {
  const port = await freePort();
  const backend = await passage(Number(new URL(supabaseUrl).port));
  let server: ChildProcess | null = null;
  const end = async () => {
    const ending = server;
    server = null;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    ending.kill('SIGKILL');
    await once(ending, 'exit');
  };
  const served = {
    url: `http://localhost:${port}`,
    supabaseUrl: `http://localhost:${backend.port}`,
    async stop() {
      await Promise.all([end(), backend.close()]);
    },
    freeze() {
      server?.kill('SIGSTOP');
    },
    async serve(from: string) {
      await Promise.all([end(), backend.open()]);
      server = await startServer(from, port, {
        SUPABASE_URL: served.supabaseUrl,
        SUPABASE_ANON_KEY: anonKey,
      });
    },
    async close() {
      await served.stop();
    },
  };
  await served.serve(folder);
  return served;
}

async function startServer(folder: string, port: number, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const next = createRequire(`${folder}/package.json`).resolve('next/dist/bin/next');
  const child = spawn(process.execPath, [next, 'start', '--port', `${port}`, '--hostname', '127.0.0.1'], {
    cwd: folder,
    env: { ...process.env, ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Ready in')) {
      child.stdout.resume();
      return child;
    }
  }
  throw new Error(`The server of ${folder} ended before it was ready.`);
}

/** A port that leads to another one, and can be shut. */
async function passage(to: number) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const other = connect(to, '127.0.0.1');
    for (const [one, end] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(one);
      one.pipe(end);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        end.destroy();
      });
    }
  });
  const port = await listen(server, 0);
  return {
    port,
    async open() {
      if (!server.listening) await listen(server, port);
    },
    async close() {
      if (!server.listening) return;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  server.close();
  await once(server, 'close');
  return port;
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
