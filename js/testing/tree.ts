/// <reference types="node" />
import { type ChildProcess, spawn } from 'node:child_process';

/** Ends a process that has a group of its own, and all that it started. */
export function endTree(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') spawn('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

/**
 * Ends the tree when this process ends, also if a signal kills it. Answers what lets the tree be.
 *
 * A process that was killed can do nothing, so another one watches: it waits for the end of a pipe that only this one
 * holds. Windows has no shell for that; there the tree is ended only if this process ends by itself.
 */
export function endTreeWithUs(child: ChildProcess): () => void {
  if (process.platform === 'win32') {
    const end = () => endTree(child, 'SIGKILL');
    process.once('exit', end);
    return () => process.off('exit', end);
  }
  const watch = 'read -r _; kill -s KILL -- "-$1"';
  const watcher = spawn('/bin/sh', ['-c', watch, 'sh', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // What ends this process's group must not end the watcher with it.
    detached: true,
  });
  watcher.on('error', () => {});
  watcher.unref();
  const { stdin } = watcher;
  stdin.on('error', () => {});
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  const letBe = () => watcher.kill('SIGKILL');
  // Its number may be another one's before long.
  child.once('close', letBe);
  return letBe;
}
