import { haveNoOrder } from './freedoms.mjs';
import { dissect } from './variables.mjs';

/**
 * Compares what arrived on one lane with what was recorded there. What arrived is gone through in its order: each
 * answer has to be the next one of the recording, or one that may overtake those in between.
 */
export function compareLane(recorded, arrived, correspondence, constants) {
  const open = recorded.map((answer) => ({ answer, ...dissect(answer.text, constants) }));
  const rest = arrived.map((answer) => ({ answer, ...dissect(answer.text, constants) }));
  const differences = [];
  const unmatched = [];
  let equal = 0;
  while (rest.length > 0) {
    const got = rest.shift();
    const found = open.find((candidate) => isSame(candidate, got, correspondence));
    if (found === undefined) {
      unmatched.push(got);
      continue;
    }
    const ahead = open
      .slice(0, open.indexOf(found))
      .find((one) => isHeldBack(one, found) && rest.some(({ form }) => form === one.form));
    open.splice(open.indexOf(found), 1);
    correspondence.learn(found.variables, got.variables);
    const problem = ahead === undefined ? timing(found.answer, got.answer) : 'out of order';
    if (problem === null) equal += 1;
    else differences.push(difference(problem, ahead ?? found, got));
  }
  return { equal, differences: [...differences, ...leftOver(open, unmatched)] };
}

function isSame(expected, got, correspondence) {
  if (expected.answer.alternatives?.includes(got.answer.text)) return true;
  return expected.form === got.form && correspondence.accepts(expected.variables, got.variables);
}

const isHeldBack = (earlier, later) =>
  !earlier.answer.isOptional && !haveNoOrder(earlier.answer, later.answer);

/** The right answer at the wrong time. */
function timing(expected, got) {
  if (expected.isLate) return 'late';
  if (got.at < (expected.notBefore ?? 0)) return 'too soon: the refusal before it takes longer';
  const isPolled = ['system', 'postgres_changes'].includes(expected.event);
  return !isPolled && got.barrier < expected.barrier ? 'before what it answers' : null;
}

/** Answers that found no partner: two of the same key are one that differs. */
function leftOver(open, unmatched) {
  const differences = [];
  const unexpected = [...unmatched];
  for (const expected of open) {
    if (expected.answer.isOptional) continue;
    const index = unexpected.findIndex(({ answer }) => answer.key === expected.answer.key);
    const [got] = index === -1 ? [undefined] : unexpected.splice(index, 1);
    if (got === undefined) differences.push(difference('missing', expected, got));
    else
      differences.push(difference(got.form === expected.form ? 'another value' : 'differs', expected, got));
  }
  return [...differences, ...unexpected.map((got) => difference('unexpected', undefined, got))];
}

const difference = (problem, expected, got) => ({
  problem,
  expected: expected?.answer.text ?? null,
  got: got?.answer.text ?? null,
  at: expected?.answer.at ?? null,
});
