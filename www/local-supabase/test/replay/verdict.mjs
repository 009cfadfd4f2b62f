import { compareLane } from './compare.mjs';
import { meantDifferences } from './differences.mjs';
import { withoutFlood } from './flood.mjs';
import { Correspondence, constantsOf } from './variables.mjs';

/** What is to be said about a scenario: `lanes` is what arrived, `failures` what the client could not do. */
export function verdictOn(name, timeline, lanes, failures = []) {
  const answers = timeline.filter(({ type }) => type === 'answer');
  const constants = constantsOf(timeline);
  const correspondence = new Correspondence();
  const differences = failures.map((failure) => ({
    problem: 'cannot be done',
    expected: null,
    got: failure,
  }));
  let equal = 0;
  for (const lane of new Set([...answers.map((answer) => answer.lane), ...lanes.keys()])) {
    const recorded = answers.filter((answer) => answer.lane === lane);
    const { arrived, isInOrder } = withoutFlood(recorded, lanes.get(lane) ?? []);
    if (!isInOrder) differences.push({ lane, problem: 'flood out of order', expected: null, got: null });
    const result = compareLane(recorded, arrived, correspondence, constants);
    equal += result.equal;
    differences.push(...result.differences.map((difference) => ({ lane, ...difference })));
  }
  const compared = answers.filter(({ isOptional }) => !isOptional).length;
  return { name, compared, equal, ...sortOut(name, differences) };
}

/** Those that are meant, the others, and what is meant but did not occur. */
function sortOut(name, all) {
  const meant = meantDifferences.filter(({ scenario }) => scenario === name);
  const isMeant = (difference, { contains }) =>
    [difference.expected, difference.got].some((text) => text?.includes(contains));
  return {
    differences: all.filter((one) => !meant.some((entry) => isMeant(one, entry))),
    meant: all.filter((one) => meant.some((entry) => isMeant(one, entry))),
    stale: meant.filter((entry) => !all.some((one) => isMeant(one, entry))),
  };
}

export const isDifferent = ({ differences, stale }) => differences.length + stale.length > 0;
