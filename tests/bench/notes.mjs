/**
 * Why a case misses its figure, by its name or by what the name begins with. Each says what the time goes to and what
 * would change it; `npm run bench` puts it into docs/benchmarks.md.
 * @type {Record<string, string>}
 */
export const notes = {};
