import type { MakeSides, Scale, Side } from './side.js';

const modules = import.meta.glob<{ makeSides: MakeSides }>('./cases/*.ts');

/** How the command steers the page: one case is open at a time. */
const bench = {
  sides: [] as Side[],

  async open(page: string, parameters: unknown, quick: boolean) {
    const load = modules[`./cases/${page}.ts`];
    if (!load) throw new Error(`There is no module cases/${page}.ts.`);
    const { makeSides } = await load();
    const scale: Scale = { quick, amount: (whole) => (quick ? Math.ceil(whole / 10) : whole) };
    bench.sides = await makeSides(parameters, scale);
    for (const side of bench.sides) await side.prepare?.();
    return bench.sides.map(({ role, name, result }) => ({ role, name, compares: result !== undefined }));
  },

  round: (place: number) => side(place).round(),

  result: (place: number) => side(place).result?.(),

  async close() {
    for (const { close } of bench.sides.splice(0)) await close?.();
  },
};

function side(place: number): Side {
  const found = bench.sides[place];
  if (!found) throw new Error(`No side ${place} is open.`);
  return found;
}

declare global {
  interface Window {
    bench: typeof bench;
  }
}

window.bench = bench;
