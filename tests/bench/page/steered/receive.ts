import { type ClientName, clientNamed } from '../clients/by-name.js';
import { broadcastFrame, type Enquiry } from '../frames.js';

/** What the page shows of what it receives: as a feed does, the last hundred, and once a frame how many there were. */
const newest: Enquiry[] = [];
const kept = 100;
let received = 0;
let isShown = true;

export async function connect(asked: { client: ClientName; key: string; channels: string[] }): Promise<void> {
  const open = await clientNamed(asked.client);
  await open({ url: location.origin, version: 2, kind: 'broadcast', onData, ...asked });
}

function onData(enquiry: Enquiry): void {
  received += 1;
  newest.push(enquiry);
  if (newest.length > kept) newest.shift();
  if (!isShown) return;
  isShown = false;
  requestAnimationFrame(show);
}

function show(): void {
  const output = document.querySelector('output');
  if (output) output.textContent = `${received} enquiries, the last for ${newest.at(-1)?.guests} guests`;
  isShown = true;
}

/** How many messages the callbacks were given since the page was loaded. */
export function count(): number {
  return received;
}

/** Broadcasts to the channels in turn, for the server to send. */
export function frames(asked: { channels: string[]; size: number; amount: number }) {
  return Array.from({ length: asked.amount }, (_, n) => {
    const topic = `realtime:${asked.channels[n % asked.channels.length]}`;
    return { topic, text: broadcastFrame(2, topic, asked.size, n) };
  });
}
