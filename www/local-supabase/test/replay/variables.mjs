// The parts of an answer that are another each time: the rest of its text is compared as it is.

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

const patterns = [
  { kind: 'id', pattern: new RegExp(`(?<![0-9a-f-])${uuid}(?![0-9a-f-])`, 'g') },
  { kind: 'reference', pattern: /(?<="phx_ref(?:_prev)?":")[A-Za-z0-9_-]+(?=")/g },
  { kind: 'time', pattern: /(?<="commit_timestamp":")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(?=")/g },
  { kind: 'seconds', pattern: /(?<=Token has expired )\d+(?= seconds ago)/g },
];

/** Ids of bindings are bare numbers, so only in the two places where they are. */
const bindingReply = /"response":\{"postgres_changes":\[/;
const bindingIds = /(?<=\{"id":)\d+(?=[,}])/g;
const changeIds = /"ids":\[[\d,]+\](?=\}[\]}]?$)/g;

/**
 * Splits a text into its form, with a mark for each variable, and the variables. What the recording's client sent
 * itself is no variable: it has to come back as it went.
 */
export function dissect(text, constants) {
  const variables = [];
  let form = text;
  const take = (kind) => (value) => {
    if (constants.has(value)) return value;
    variables.push({ kind, value });
    return `<${kind}>`;
  };
  for (const { kind, pattern } of patterns) form = form.replace(pattern, take(kind));
  if (bindingReply.test(form)) form = form.replace(bindingIds, take('binding'));
  form = form.replace(changeIds, (ids) => ids.replace(/\d+/g, take('binding')));
  return { form, variables };
}

/** The ids that a recording's client put in: rows, filters, names. */
export function constantsOf(timeline) {
  const constants = new Set();
  for (const item of timeline) {
    if (item.type !== 'action') continue;
    const said = [item.text, item.sql, ...(item.params ?? [])].filter((part) => part !== undefined);
    for (const [id] of said.join(' ').matchAll(patterns[0].pattern)) constants.add(id);
  }
  return constants;
}

/** Which recorded value became which: the same one always the same one, and two never one. */
export class Correspondence {
  #there = new Map();
  #back = new Map();

  accepts(recorded, arrived) {
    const trial = new Correspondence();
    trial.#there = new Map(this.#there);
    trial.#back = new Map(this.#back);
    return recorded.every((variable, index) => trial.#add(variable, arrived[index]));
  }

  learn(recorded, arrived) {
    for (const [index, variable] of recorded.entries()) this.#add(variable, arrived[index]);
  }

  #add({ kind, value }, other) {
    if (other?.kind !== kind) return false;
    // A second may pass between the signing of a token and its use.
    if (kind === 'seconds') return Math.abs(Number(value) - Number(other.value)) <= 1;
    const there = `${kind} ${value}`;
    const back = `${kind} ${other.value}`;
    if ((this.#there.get(there) ?? back) !== back) return false;
    // Two transactions may commit in the same millisecond.
    if (kind !== 'time' && (this.#back.get(back) ?? there) !== there) return false;
    this.#there.set(there, back);
    this.#back.set(back, there);
    return true;
  }
}
