/** @typedef {import('./index.mjs').BenchCase} BenchCase */
/** @typedef {import('./index.mjs').Target} Target */

const channels = { '1ch': 1, '10ch': 10, '100ch': 100 };
const sizes = { '250B': 250, '1KB': 1_024, '8KB': 8_192 };
const versions = { v1: 1, v2: 2 };

/** @type {Record<string, Target>} */
const targets = {
  '1ch.250B': { most: 0.9, of: 'ratio' },
  '100ch.250B': { most: 0.55, of: 'ratio' },
  '1ch.1KB': { most: 1.1, of: 'limit_ratio' },
  '10ch.1KB': { most: 1.1, of: 'limit_ratio' },
  '100ch.1KB': { most: 1.1, of: 'limit_ratio' },
};

/**
 * Every combination of channels, size and protocol.
 * @param {'fake' | 'loopback'} transport
 * @returns {BenchCase[]}
 */
function combinations(transport) {
  return Object.entries(channels).flatMap(([channelName, channelCount]) =>
    Object.entries(sizes).flatMap(([sizeName, size]) =>
      Object.entries(versions).map(([versionName, version]) => ({
        name: `message.${transport === 'fake' ? '' : 'loopback.'}${channelName}.${sizeName}.${versionName}`,
        unit: 'µs',
        what:
          transport === 'fake'
            ? `One broadcast of ${size} bytes, from the socket’s event to the callback; ${channelCount} ${channelCount === 1 ? 'channel' : 'channels'}, protocol ${version}.0.0.`
            : `The same over a real socket on this machine: time from the first message of a batch of ${size > 4_000 ? '2,000' : '5,000'} to its last, a message.`,
        target: transport === 'fake' ? (targets[`${channelName}.${sizeName}`] ?? null) : null,
        page: transport === 'fake' ? 'messages' : 'loopback',
        parameters: { kind: 'broadcast', channels: channelCount, size, version },
      })),
    ),
  );
}

/**
 * A case of the fake socket that came after the last whole run.
 * @param {string} name
 * @param {string} what
 * @param {Target | null} target
 * @param {Record<string, string | number | boolean>} parameters
 * @returns {BenchCase}
 */
function newCase(name, what, target, parameters) {
  return {
    name: `message.${name}`,
    unit: 'µs',
    what,
    target,
    isNew: true,
    page: 'messages',
    parameters: { kind: 'broadcast', channels: 1, size: 250, version: 2, ...parameters },
  };
}

/** @param {number} most @returns {Target} */
const ratio = (most) => ({ most, of: 'ratio' });

const ofNames = 'of 5,000 names that take turns';
const ofDatabase = 'as the database sends it, with a `meta.id` before the payload';

/** @type {BenchCase[]} */
const variedCases = [
  newCase(
    'names_5k.1ch',
    `One broadcast of 250 bytes, ${ofNames}; 1 channel, any name is wanted.`,
    ratio(1),
    {
      names: 5_000,
    },
  ),
  newCase('names_5k.100ch', `The same on 100 channels.`, ratio(0.6), { names: 5_000, channels: 100 }),
  newCase('binary.names_5k', `One binary broadcast of 200 bytes, ${ofNames}; 1 channel.`, ratio(0.5), {
    kind: 'binary',
    size: 200,
    names: 5_000,
  }),
  newCase(
    'meta.1ch.v1',
    `One broadcast of 320 bytes, ${ofDatabase}; 1 channel, protocol 1.0.0.`,
    ratio(0.9),
    {
      meta: true,
      size: 320,
      version: 1,
    },
  ),
  newCase('meta.100ch.v1', 'The same on 100 channels.', ratio(0.55), {
    meta: true,
    size: 320,
    version: 1,
    channels: 100,
  }),
  newCase('binary.meta', `One binary broadcast of 260 bytes, ${ofDatabase}; 1 channel.`, ratio(0.35), {
    kind: 'binary',
    meta: true,
    size: 260,
  }),
  newCase(
    'change.50tables',
    'One change of the database of 500 to 1,800 bytes; 50 tables with columns of their own take turns, a channel each.',
    ratio(0.75),
    { kind: 'change', tables: true, channels: 50 },
  ),
  newCase(
    'while_table_changes',
    'One broadcast of 250 bytes on one of 10 channels, where another channel is joined and left after each tenth, as 100 joins and 100 leaves a second would be among 1,000 messages; the time of the messages alone.',
    null,
    { channels: 10, joinEvery: 10 },
  ),
];

/** @type {BenchCase[]} */
export const messageCases = [
  ...combinations('fake'),
  ...[1, 100].map((count) => ({
    name: count === 1 ? 'message.binary' : `message.binary.${count}ch`,
    unit: 'µs',
    what: `One binary broadcast (kind 4, JSON inside) of 200 bytes; ${count} ${count === 1 ? 'channel' : 'channels'}.`,
    target: /** @type {Target} */ ({ most: 0.35, of: 'ratio' }),
    page: 'messages',
    parameters: { kind: 'binary', channels: count, size: 200, version: 2 },
  })),
  ...[1, 100].map((count) => ({
    name: `message.change.${count}ch`,
    unit: 'µs',
    what: `One change of the database of 800 bytes; ${count} ${count === 1 ? 'subscription' : 'subscriptions'}.`,
    target: null,
    page: 'messages',
    parameters: { kind: 'change', channels: count, size: 800, version: 2 },
  })),
  {
    name: 'message.flood_latest',
    unit: 'µs',
    what: 'One broadcast of 250 bytes of a flood over 1,000 keys, of which the user wants the latest of each key.',
    target: { most: 0.4, of: 'ratio' },
    page: 'flood',
  },
  ...variedCases,
  ...combinations('loopback'),
];
