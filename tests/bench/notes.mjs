/**
 * Why a case misses its figure, by its name or by what the name begins with. Each says what the time goes to and what
 * would change it; `npm run bench` puts it into docs/benchmarks.md.
 * @type {Record<string, string>}
 */
export const notes = {
  'message.loopback':
    'over a real socket the browser itself takes 30 µs a message of 250 bytes and 100 µs of 8 KB to bring it to the page, the same for every client; what a client adds (1 to 17 µs, above) is within the spread, and a ratio a little over or under 1 says no more than that.',
  'reconnect.events_lost':
    'nothing is resumed yet: what is inserted while the link is away is lost to both clients, and ours loses less only as far as it is back sooner. Events with numbers, read again from where a client left off, are what brings it to 0.',
  'reconnect.events_lost_cut': 'as `reconnect.events_lost`.',
  'tabs.cpu':
    'every tab parses, routes and shows each message itself, which is nearly all of the time: one socket with a bare `JSON.parse` in each tab needs as much. What sharing saves is the sockets and the bytes; tabs that nobody sees would have to be told less often for more.',
  'tabs.ten_cpu': 'as `tabs.cpu`.',
  'startup.download_gzip':
    'all of Realtime is in it, and nothing else. Five sixths are WebAssembly, whose code gzip leaves at two fifths. docs/performance.md says what was tried, and `npm run size` names the largest functions.',
  'startup.download_brotli': 'as `startup.download_gzip`.',
  'heap.after_1m':
    'the module’s own memory is 1.1 MB (WebAssembly gives whole pages of 64 KB, and the stack is the greatest part), which a client in JavaScript does not have: a smaller stack would take most of the difference away; nothing grows with the number of messages (`heap.growth_1m`).',
  load: 'differences of a millisecond or two, of a timer that ticks every 4 ms: all three spend most of it in the browser’s own delivery of the frames and in the collection of garbage, and no frame is dropped.',
};
