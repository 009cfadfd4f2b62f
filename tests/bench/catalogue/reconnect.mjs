/** @typedef {import('./index.mjs').BenchCase} BenchCase */
/** @typedef {import('./index.mjs').Target} Target */

const outages = 'summed over outages of 1, 4, 8 and 12 s (a quick run: of 1 and 4 s)';
const kinds = {
  offline: { suffix: '', what: 'the browser’s offline switch, which fires `online`' },
  cut: { suffix: '_cut', what: 'a cut of the link, which the browser is not told of' },
};

/**
 * @param {string} figure
 * @param {string} unit
 * @param {string} what
 * @param {Target | null} target
 * @returns {BenchCase[]}
 */
function ofBothKinds(figure, unit, what, target) {
  return Object.entries(kinds).map(([kind, { suffix, what: outage }]) => ({
    name: `reconnect.${figure}${suffix}`,
    unit,
    what: `${what}, ${outages} by ${outage}.`,
    target,
    driver: 'reconnect',
    parameters: { kind },
  }));
}

/** @type {BenchCase[]} */
export const reconnectCases = [
  ...ofBothKinds(
    'live_again',
    's',
    'From the network’s return until the client says that its subscription is live again',
    { most: 0.1, of: 'ratio' },
  ),
  ...ofBothKinds(
    'first_event',
    's',
    'From the network’s return to the first event, of ten a second, that the callback is given',
    null,
  ),
  ...ofBothKinds('events_lost', 'events', 'How many events, of ten a second, the callback was never given', {
    most: 0,
    of: 'ours',
  }),
  {
    name: 'reconnect.server_subscription',
    unit: 's',
    what: `What the server itself needs, from a bare socket’s join until it says that the subscription is live, ${outages}.`,
    target: null,
    waitsFor: 'nothing: it is the server’s share, with no client in it',
    driver: 'reconnect',
    parameters: { kind: 'offline' },
  },
];
