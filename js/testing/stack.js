/// <reference types="node" />
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
const graceMs = 5_000;
/** Starts the process and waits until it says that it is ready. */
export async function startStack({ command, cwd, env }) {
    const [program, ...args] = command;
    if (program === undefined) {
        throw new Error("No stack is configured: set `use: { stack: { command: ['node', 'serve.js'] } }` in playwright.config.ts.");
    }
    const child = spawn(program, args, {
        cwd,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        // A group of its own, so that the whole tree can be ended at once.
        detached: process.platform !== 'win32',
    });
    const said = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
        said.push(line);
        if (said.length > 60)
            said.shift();
    });
    const ended = new Promise((resolve) => {
        child.once('error', (error) => resolve(error.message));
        child.once('close', (code, signal) => resolve(`exit code ${code ?? signal}`));
    });
    const death = async () => new Error(`\`${command.join(' ')}\` ended by itself (${await ended}):\n${said.join('\n')}`);
    const killWithUs = () => endTree(child, 'SIGKILL');
    process.once('exit', killWithUs);
    const addresses = await Promise.race([readyLine(child), ended.then(() => null)]);
    if (addresses === null) {
        process.off('exit', killWithUs);
        throw await death();
    }
    return {
        addresses,
        async stop() {
            process.off('exit', killWithUs);
            if (child.exitCode !== null || child.signalCode !== null)
                throw await death();
            endTree(child, 'SIGTERM');
            const deadline = setTimeout(() => endTree(child, 'SIGKILL'), graceMs);
            await ended;
            clearTimeout(deadline);
        },
    };
}
async function readyLine(child) {
    if (!child.stdout)
        return null;
    const lines = createInterface({ input: child.stdout });
    const addresses = await new Promise((resolve) => {
        lines.on('line', (line) => {
            const found = parseReady(line);
            if (found)
                resolve(found);
        });
        once(lines, 'close').then(() => resolve(null));
    });
    return addresses;
}
function parseReady(line) {
    try {
        const { ready, ...addresses } = JSON.parse(line);
        return ready === true ? addresses : null;
    }
    catch {
        return null;
    }
}
function endTree(child, signal) {
    if (child.pid === undefined)
        return;
    try {
        if (process.platform === 'win32')
            spawn('taskkill', ['/pid', String(child.pid), '/T', '/F']);
        else
            process.kill(-child.pid, signal);
    }
    catch {
        // The group is gone already.
    }
}
