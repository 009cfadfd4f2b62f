const flow = '500 broadcasts of 1 KB a second for 3 s (a quick run: 1 s)';
/** @type {import('./index.mjs').Target} */
const besideTenClients = { most: 0.2, of: 'ratio' };

/** What ten tabs cost beside one. @type {import('./index.mjs').BenchCase[]} */
const ofTen = [
  {
    name: 'tabs.ten_bytes',
    what: `Bytes received by ten tabs, all together, beside those of one, of ${flow}.`,
  },
  { name: 'tabs.ten_cpu', what: `Busy time of ten tabs’ main threads beside that of one, under ${flow}.` },
].map((more) => ({
  ...more,
  unit: 'of one tab',
  target: { most: 1.5, of: /** @type {const} */ ('ours') },
  isNew: true,
  driver: 'tabs',
  parameters: { tabs: 10 },
}));

/** What some tabs cost. @type {import('./index.mjs').BenchCase[]} */
const ofSome = [1, 5, 10].flatMap((tabs) => {
  const open = tabs === 1 ? '1 tab' : `${tabs} tabs`;
  return [
    {
      name: `tabs.sockets_${tabs}`,
      unit: 'sockets',
      what: `Sockets to the server, of ${open} of one user that each joined the same 10 channels.`,
      // The design’s promise: one tab leads, and it alone has a socket.
      target: { most: 1, of: /** @type {const} */ ('ours') },
      driver: 'tabs',
      parameters: { tabs },
    },
    {
      name: `tabs.bytes_${tabs}`,
      unit: 'B',
      what: `Bytes received, with ${open} and all together, of ${flow}.`,
      target: tabs === 10 ? besideTenClients : null,
      driver: 'tabs',
      parameters: { tabs },
    },
    {
      name: `tabs.cpu_${tabs}`,
      unit: 'ms',
      what: `Busy time of the main threads, with ${open} and all together, under ${flow}.`,
      target: tabs === 10 ? besideTenClients : null,
      driver: 'tabs',
      parameters: { tabs },
    },
  ];
});

/** Of the tabs of a window one is seen. @type {import('./index.mjs').BenchCase[]} */
const ofWindow = [
  {
    name: 'tabs.window_cpu_10',
    unit: 'ms',
    what: `Busy time of the main threads of ten tabs of one window, of which one is seen, all together, under ${flow}.`,
    target: besideTenClients,
  },
  {
    name: 'tabs.window_ten_cpu',
    unit: 'of one tab',
    what: `The same beside that of a window with one tab.`,
    target: { most: 1.5, of: /** @type {const} */ ('ours') },
  },
].map((more) => ({ ...more, isNew: true, driver: 'tabs-window', parameters: { tabs: 10 } }));

export const tabsCases = [...ofSome, ...ofTen, ...ofWindow];
