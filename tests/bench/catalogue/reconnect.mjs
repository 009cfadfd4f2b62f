/** @typedef {import('./index.mjs').BenchCase} BenchCase */
/** @typedef {import('./index.mjs').Target} Target */

const outages = 'summed over outages of 1, 4, 8 and 12 s (a quick run: of 1 and 4 s)';
const kinds = {
  offline: { suffix: '', what: 'the browser’s offline switch, which fires `online`' },
  cut: { suffix: '_cut', what: 'a cut of the link, which the browser is not told of' },
};

const habits = {
  busy: 'a link with ten rows a second',
  idle: 'a link with nothing on it but heartbeats',
};
const seconds = '4, 8 and 12 s (a quick run: 4 and 8 s)';
const holds = {
  held: { suffix: '', what: `holds of the link of ${seconds}, which the browser is not told of` },
  offline: {
    suffix: '_offline',
    what: `holds of ${seconds} with the browser’s offline switch, which fires \`offline\` and \`online\` and ends no socket`,
  },
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
  ...Object.entries(habits).map(([habit, what]) => ({
    name: `reconnect.dead_link.${habit}`,
    unit: 's',
    what: `From the death of a link, of which nobody is told, until the client says that its subscription is live again, on ${what}: the mean over links that die at 4 moments spread over 25 s (a quick run: at 2). New sockets open at once.`,
    target: /** @type {const} */ ({ most: 0.35, of: 'ratio' }),
    isNew: true,
    driver: 'dead-link',
    parameters: { habit },
  })),
  ...Object.entries(holds).flatMap(([kind, { suffix, what }]) =>
    ['rows', 'broadcasts'].map((events) => ({
      name: `reconnect.held_link.${events}_lost${suffix}`,
      unit: 'events',
      what: `How many ${events}, of ten a second, the callback was never given, summed over ${what}. What is sent meanwhile arrives afterwards on a socket that is still there.`,
      target: /** @type {const} */ ({ most: 0, of: 'ours' }),
      isNew: true,
      driver: 'held-link',
      parameters: { kind },
    })),
  ),
];
