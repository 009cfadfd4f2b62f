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
  'tabs.sockets_5':
    'this run is of a build whose tabs had a socket each; with those that share one, `npm run bench -- tabs` counts one. The next whole run says so.',
  'tabs.sockets_10': 'as `tabs.sockets_5`.',
  'tabs.cpu_10':
    'all tabs are seen here, as of windows side by side, so each of them parses, routes and paints every message, sixty times a second: one socket with a bare `JSON.parse` in each tab needs more. What sharing saves is the sockets and the bytes, and what a browser needs to bring each frame to a page.',
  'tabs.ten_cpu': 'as `tabs.cpu_10`.',
  'tabs.window_cpu_10':
    'a fifth of ten clients is what two of them need, and two tabs cannot be done without: the one that holds the socket, to which the browser brings each frame, and the one that is seen, which paints. What is left besides is eight hidden tabs that parse and are given every message, some 14 µs each of a tab that has just been opened.',
  'tabs.window_ten_cpu':
    'half as much as one tab needs to be brought and to paint is needed by the one that holds the socket again, because it is not the one that paints, and by the parsing in eight hidden tabs; what it writes for them is a tenth of all. Measured by itself on a busy machine: 2.08 of one tab, 0.41 of ten official clients (spread 14 %).',
  'startup.download_gzip':
    'all of Realtime is in it, and nothing else. Five sixths are WebAssembly, whose code gzip leaves at two fifths. docs/performance.md says what was tried, and `npm run size` names the largest functions.',
  'startup.download_brotli': 'as `startup.download_gzip`.',
  'startup.first_data':
    'the page loads 155 kB of JavaScript and 445 kB of WebAssembly (neither compressed here), and a thousand functions of the module run for the first time before it is known whose page it is and what still holds. docs/performance.md has the steps. It would take a value that is shown before the module is there.',
  'startup.first_data_10k':
    'as `startup.first_data`, and the log is read whole: no directory is written for so many entries.',
  'heap.after_1m':
    'the module’s own memory is 1.1 MB (WebAssembly gives whole pages of 64 KB, and the stack is the greatest part), which a client in JavaScript does not have: a smaller stack would take most of the difference away; nothing grows with the number of messages (`heap.growth_1m`).',
  load: 'differences of a millisecond or two, of a timer that ticks every 4 ms: all three spend most of it in the browser’s own delivery of the frames and in the collection of garbage, and no frame is dropped.',
};
