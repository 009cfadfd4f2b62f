import { type ClientName, clientNamed } from '../clients/by-name.js';
import { broadcastFrame } from '../frames.js';
import { type FakeSocket, withFakeSocket } from '../transport.js';
import { nextTurn } from '../turn.js';

const size = 250;
/** So many frames are there at a time; they are let go before anything is measured. */
const distinct = 1_000;

const memories: WebAssembly.Memory[] = [];
let socket: FakeSocket;
let received = 0;
let guests = 0;

export async function connect({ client, channels }: { client: ClientName; channels: string[] }) {
  noticeMemories();
  const open = await clientNamed(client);
  socket = await withFakeSocket(async () => {
    await open({
      url: 'http://fake.invalid',
      key: 'bench',
      version: 2,
      channels,
      kind: 'broadcast',
      onData: (enquiry) => {
        received += 1;
        guests += enquiry.guests;
      },
    });
  });
}

/** Has the client receive so many messages, and checks that they all reached their callback. */
export async function deliver(amount: number): Promise<void> {
  const awaited = received + amount;
  const topics = socket.joinedInOrder().map(({ topic }) => topic);
  const frames = Array.from({ length: distinct }, (_, n) =>
    broadcastFrame(2, topics[n % topics.length] ?? '', size, n),
  );
  for (let at = 0; at < amount; at += 1) {
    socket.onmessage?.(new MessageEvent('message', { data: frames[at % distinct] as string }));
    if (at % distinct === 0) await nextTurn();
  }
  for (let turn = 0; received < awaited && turn < 10_000; turn += 1) await nextTurn();
  if (received !== awaited || guests === 0) throw new Error(`${received} of ${awaited} messages arrived`);
}

/** Bytes of WebAssembly memory, which the heap's own figures leave out. */
export function wasmBytes(): number {
  return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

function noticeMemories(): void {
  const { instantiateStreaming, instantiate } = WebAssembly;
  type Made = WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource;
  const noticing =
    <Arguments extends unknown[]>(make: (...given: Arguments) => Promise<Made>) =>
    async (...given: Arguments) => {
      const made = await make(...given);
      const { exports } = 'instance' in made ? made.instance : made;
      memories.push(...Object.values(exports).filter((value) => value instanceof WebAssembly.Memory));
      return made;
    };
  WebAssembly.instantiateStreaming = noticing(instantiateStreaming) as typeof instantiateStreaming;
  WebAssembly.instantiate = noticing(instantiate as never) as typeof instantiate;
}
