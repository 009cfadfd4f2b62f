import { Problem } from '../problem.mjs';
import { isAtLeast, oldestNode } from '../versions.mjs';

/** @param {string} [version] */
export function requireNode(version = process.versions.node) {
  if (isAtLeast(version, oldestNode)) return;
  throw new Problem(
    `This is Node.js ${version}, and ${oldestNode} or later is needed: install a current one from https://nodejs.org and run the command again.`,
  );
}
