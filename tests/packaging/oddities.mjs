/* Whatever can be given to a call that does not take it, in a page; `prepare` puts it there. */

/** By what it is. @type {() => Record<string, any>} */
export const oddities = () => ({});
/** What becomes of a call: `taken`, or its error. @type {(work: () => unknown) => Promise<string>} */
export const outcome = async () => '';

/** @param {import('@playwright/test').Page} page */
export async function prepare(page) {
  await page.evaluate(`
    globalThis.oddities = () => {
      const boom = () => { throw new TypeError('the application throws'); };
      const traps = Object.getOwnPropertyNames(Reflect).map((name) => [name, boom]);
      const getters = {};
      for (const name of ['channel', 'onData', 'url', 'key', 'wasmUrl', 'private', 'event', 'column', 'n', 'latestBy', 'since']) {
        Object.defineProperty(getters, name, { enumerable: true, get: boom });
      }
      const revoked = Proxy.revocable([], {});
      revoked.revoke();
      return {
        x: 'x',
        'empty text': '',
        'lone surrogate': '\\ud800',
        7: 7,
        NaN: NaN,
        null: null,
        undefined: undefined,
        '{}': {},
        '[]': [],
        true: true,
        symbol: Symbol('s'),
        'new String': new String('s'),
        function: () => {},
        bigint: 1n,
        'throwing proxy': new Proxy({}, Object.fromEntries(traps)),
        'proxy of a function': new Proxy(() => {}, Object.fromEntries(traps.filter(([name]) => name !== 'apply'))),
        'revoked proxy': revoked.proxy,
        'throwing getters': getters,
      };
    };
    // 'taken', or the error's code and message; what never settles, and any other error, by its name.
    globalThis.outcome = async (work) => {
      const late = new Promise((resolve) => setTimeout(resolve, 5_000, 'never settled'));
      const worked = (async () => work())().then(
        () => 'taken',
        (error) => error instanceof wedsync.DashboardError ? error.code + ': ' + error.message : 'foreign ' + error,
      );
      return Promise.race([worked, late]);
    };
  `);
}
