import { buildBackend, buildPackage } from '../build/index.mjs';
import { nodeSuite } from './node.mjs';

/**
 * The built package as applications have it, or the tests of these files alone.
 * @param {{ chromium: string, firefox: string, webkitDriver: string, xvfb: string }} programs
 * @param {string[]} [names]
 * @returns {import('./suite.mjs').Suite}
 */
export function packagingSuite({ chromium, firefox, webkitDriver, xvfb }, names) {
  return nodeSuite({
    name: names ? `packaging: ${names.join(', ')}` : 'packaging',
    budgetSeconds: 540,
    folder: 'tests/packaging',
    ...(names && { names }),
    prepare: async () => {
      await buildPackage();
      await buildBackend();
    },
    env: { CHROMIUM: chromium, FIREFOX: firefox, SAFARIDRIVER: webkitDriver, XVFB: xvfb },
  });
}
