import { catalogue, sections } from '../../catalogue/index.mjs';
import { notes } from '../../notes.mjs';
import { linearithmicGrowth } from '../statistics.mjs';
import { figure } from './line.mjs';

/** @typedef {import('../result.mjs').CaseResult} CaseResult */

/** What `results.json` holds.
 * @typedef {{ machine: Record<string, string | number>, versions: Record<string, string>,
 *   browser: import('../browser.mjs').BrowserName, whole: boolean, quick: boolean,
 *   took_s: number, cases: CaseResult[] }} Results */

/**
 * `docs/benchmarks.md`, made of the results and nothing else, so that a test can hold the one to the other.
 * @param {Results} results
 * @param {Results | null} inFirefox
 * @param {string[]} plots the files of `docs/benchmarks/`
 */
export function markdown(results, inFirefox, plots) {
  return `${[
    head(results),
    summary(results.cases),
    howToRead(),
    plots.includes('ratios.svg') ? '![Each case as a ratio to its peer](benchmarks/ratios.svg)' : '',
    plots.includes('messages.svg') ? '![Microseconds a message](benchmarks/messages.svg)' : '',
    ...Object.entries(sections).map(([key, title]) => section(key, title, results.cases)),
    plots.includes('scaling.svg') ? '![Time against size, both logarithmic](benchmarks/scaling.svg)' : '',
    plots.includes('to-beat.svg')
      ? `${toBeatText()}\n\n![The best peer as a multiple of the limit](benchmarks/to-beat.svg)`
      : '',
    losses(results.cases),
    newCases(results.cases),
    inFirefox ? firefox(results.cases, inFirefox) : '',
    measuredWith(results),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

/** @param {Results} results */
function head({ machine, cases, took_s }) {
  return `# Benchmarks

Written by \`npm run bench\` from [\`tests/bench/results.json\`](../tests/bench/results.json): edit neither by hand. One run,
${cases.length} cases in ${Math.round(took_s / 60)} minutes, on ${machine.cores} cores of ${machine.cpu} with ${machine.memory_gb} GB. Absolute figures
belong to that machine and hour; ratios hold elsewhere. How to measure, profile and read: [performance.md](performance.md).`;
}

/** @param {CaseResult[]} cases */
function summary(cases) {
  const built = cases.filter(({ ours }) => ours !== null);
  const targeted = built.filter(({ target }) => target !== null);
  const met = (/** @type {CaseResult[]} */ list) => list.filter((result) => result.met).length;
  const noisy = cases.filter((result) => result.noisy).map(({ name }) => `\`${name}\``);
  return `## In short

- ${built.length} of ${cases.length} cases can run on what is built; the others stand with the figure to beat.
- Of ${targeted.length} with a figure named for them, ${met(targeted)} meet it; of the ${built.length - targeted.length} others ${met(built.filter(({ target }) => target === null))} are no slower
  than the peer (5 % allowed for the machine).
- ${noisy.length === 0 ? 'No case had a spread over 30 %.' : `A spread over 30 %, also when measured again: ${noisy.join(', ')}. Read these with care.`}`;
}

function howToRead() {
  return `Lower is better throughout. *Ratio* is ours to the best peer's, the median over pairs of one round each, measured in
turn; *limit* is what the machine itself allows: a bare \`JSON.parse\` and \`Map\`, raw or packed IndexedDB. *Spread* is the
width of the middle half of the ratios (where there is no pair: of the figures) as a share of the median. A case without
ours waits for its feature. Without a figure named for it, a case is met when its ratio is at most 1.05.`;
}

/** @param {string} key @param {string} title @param {CaseResult[]} cases */
function section(key, title, cases) {
  const own = cases.filter(({ name }) => name.split('.')[0] === key);
  if (own.length === 0) return '';
  const rows = own.map((result) =>
    [
      `\`${result.name}\``,
      result.unit,
      figure(result.ours),
      result.peer_name === null ? '–' : `${figure(result.peer)} (${result.peer_name})`,
      figure(result.ratio),
      result.limit_name === null ? '–' : `${figure(result.limit)} (${result.limit_name})`,
      figure(result.limit_ratio),
      targetText(result),
      result.spread === null ? '–' : `${Math.round(result.spread * 100)} %${result.noisy ? ' !' : ''}`,
      result.met ? 'yes' : result.ours === null ? 'waits' : 'no',
    ].join(' | '),
  );
  const header = 'case | unit | ours | best peer | ratio | limit | to limit | target | spread | met';
  return `## ${title}

| ${header} |
|${header.replaceAll(/[^|]+/g, '---')}|
${rows.map((row) => `| ${row} |`).join('\n')}

${own.map(behind).join('\n')}`;
}

/** @param {Pick<CaseResult, 'target' | 'target_of' | 'unit'>} result */
function targetText({ target, target_of, unit }) {
  if (target === null) return '–';
  const names = { ratio: 'ratio', limit_ratio: 'to limit', ours: unit };
  const of = names[/** @type {keyof typeof names} */ (target_of)] ?? '';
  return `≤ ${figure(target)} ${of}`;
}

/** What is behind a figure. @param {CaseResult} result */
function behind(result) {
  const { name, others, waits_for, unit, rounds } = result;
  const what = catalogue.find((entry) => entry.name === name)?.what ?? '';
  const also = Object.entries(others).map(([other, value]) => `${other} ${figure(value)} ${unit}`);
  return [
    `- \`${name}\`: ${what}`,
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'}.`,
    also.length > 0 ? `Also measured: ${also.join(', ')}.` : '',
    growthText(result),
    waits_for ? `Waits for ${waits_for}.` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** @param {CaseResult} result */
function growthText({ points, steeper_than_n_log_n: steeper = [] }) {
  if (!points) return '';
  const sizes = Object.values(points)[0]?.map(({ size }) => size) ?? [];
  const allowed = `n·log n itself grows with an exponent of ${figure(linearithmicGrowth(sizes))} over these sizes`;
  return steeper.length === 0 ? `${allowed}.` : `${allowed}; **steeper than that: ${steeper.join(', ')}**.`;
}

function toBeatText() {
  return `## Figures to beat

What is not built yet has its peers' figures already: the best peer's time as a multiple of the limit says how much
room there is.`;
}

/** @param {CaseResult[]} cases */
function losses(cases) {
  const lost = cases.filter(({ ours, met }) => ours !== null && !met);
  if (lost.length === 0) return '';
  return `## Where we lose, and why

${lost.map((result) => `- \`${result.name}\` (${verdict(result)}): ${why(result.name) ?? 'not yet explained.'}`).join('\n')}`;
}

/** Cases that the results know nothing of. @param {CaseResult[]} measured */
function newCases(measured) {
  const added = catalogue.filter(
    ({ isNew, name }) => isNew && !measured.some((result) => result.name === name),
  );
  if (added.length === 0) return '';
  return `## Not measured yet

These cases came after this run; the next whole one gives their figures.

${added.map(({ name, what, target, unit }) => `- \`${name}\`${target ? ` (target ${targetText({ target: target.most, target_of: target.of, unit })})` : ''}: ${what}`).join('\n')}`;
}

/** @param {CaseResult} result */
function verdict(result) {
  const { target, target_of, ratio, unit, ours } = result;
  if (target === null) return `ratio ${figure(ratio)}`;
  const held = target_of === 'ours' ? ours : target_of === 'ratio' ? ratio : result.limit_ratio;
  return `${figure(held)}, target ${targetText({ ...result, unit })}`;
}

/** The note of a case, or of the family its name begins with. @param {string} name */
export function why(name) {
  const parts = name.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const note = notes[parts.slice(0, length).join('.')];
    if (note) return note;
  }
  return undefined;
}

/** @param {CaseResult[]} cases in Chromium @param {Results} inFirefox */
function firefox(cases, { cases: others, took_s, versions }) {
  const rows = others.map((other) => {
    const one = cases.find(({ name }) => name === other.name);
    return [
      `\`${other.name}\``,
      other.unit,
      figure(other.ours),
      other.peer_name === null ? '–' : `${figure(other.peer)} (${other.peer_name})`,
      figure(other.ratio),
      figure(one?.ratio ?? null),
      figure(other.limit_ratio),
      figure(one?.limit_ratio ?? null),
    ].join(' | ');
  });
  return `## In Firefox

A whole run by \`npm run bench -- --browser firefox\` (Firefox ${versions.firefox}, ${Math.round(took_s / 60)} minutes), its ratios beside
Chromium's. What only Chromium tells (a page's memory and processor time) has no figure here.

| case | unit | ours | best peer | ratio | in Chromium | to limit | in Chromium |
|---|---|---|---|---|---|---|---|
${rows.map((row) => `| ${row} |`).join('\n')}`;
}

/** @param {Results} results */
function measuredWith({ versions, machine }) {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `## Measured with

${named.join(', ')}; ${machine.system}, Node.js ${machine.node}.`;
}
