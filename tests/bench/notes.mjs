/**
 * Why a case misses its figure, by its name or by what the name begins with. Each says what the time goes to and what
 * would change it; `npm run bench` puts it into docs/benchmarks.md.
 * @type {Record<string, string>}
 */
export const notes = {
  'message.loopback':
    'over a real socket the browser itself takes 30 µs a message of 250 bytes and 100 µs of 8 KB to bring it to the page, the same for every client; what a client adds (1 to 17 µs, above) is within the spread, and a ratio a little over or under 1 says no more than that.',
  'reconnect.live_again_cut':
    'a cut that fires no `online` is waited out by the backoff alone, full jitter between 0 and min(30 s, 1 s · 2ⁿ): after 8 and 12 s without a network the next attempt may be many seconds away, and the official client’s steps of 1, 2, 5 and 10 s are shorter. A probe that is cheap, or a cap that grows with the outage, would change it; the herd that a lower cap lets loose on a server that comes back has to be simulated first.',
  'reconnect.first_event_cut': 'as `reconnect.live_again_cut`: it is the same wait, and one insert more.',
  'reconnect.events_lost':
    'nothing is resumed yet: what is inserted while the link is away is lost to both clients, and ours loses less only as far as it is back sooner. Events with numbers, read again from where a client left off, are what brings it to 0.',
  'reconnect.events_lost_cut':
    'as `reconnect.events_lost`, and the longer wait of `reconnect.live_again_cut` on top.',
  tabs: 'each tab opens a socket of its own, because no tab leads yet: ten tabs cost what ten clients cost. One leader and messages between tabs bring it to one socket.',
  'heap.after_1m':
    'the module’s own memory is 1.1 MB (WebAssembly gives whole pages of 64 KB, and the stack is the greatest part), which a client in JavaScript does not have: a smaller stack would take most of the difference away; nothing grows with the number of messages (`heap.growth_1m`).',
  load: 'differences of a millisecond or two, of a timer that ticks every 4 ms: all three spend most of it in the browser’s own delivery of the frames and in the collection of garbage, and no frame is dropped.',
};
