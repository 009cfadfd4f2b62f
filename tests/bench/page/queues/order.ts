/** What the page asks of the service worker. */
export type Order =
  | { task: 'clear'; keepBodies: boolean }
  | { task: 'fill'; count: number }
  | { task: 'enqueue'; first: number; count: number; how: 'one by one' | 'at once' }
  | { task: 'drain' }
  | { task: 'waiting' }
  | { task: 'count' }
  | { task: 'sent' };

export type Answer = { result: unknown } | { error: string };

/** Which of the worker's queues is asked; the first order makes it. */
export interface QueueChoice {
  queueName: string;
  backgroundSync: boolean;
}
