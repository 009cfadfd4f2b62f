/** What callbacks were called with, to be awaited one by one. */
export function createInbox() {
  const items = [];
  const waiting = [];
  return {
    push(item) {
      const resolve = waiting.shift();
      if (resolve === undefined) items.push(item);
      else resolve(item);
    },
    next: () =>
      items.length > 0 ? Promise.resolve(items.shift()) : new Promise((resolve) => waiting.push(resolve)),
    get waitingItems() {
      return [...items];
    },
  };
}

/** Subscribes a channel of the official client; resolves with each status it goes through, in an inbox. */
export function subscribe(channel) {
  const statuses = createInbox();
  channel.subscribe((status, error) => statuses.push({ status, error: error?.message }));
  return statuses;
}

/** Subscribes and waits until it is. */
export async function subscribed(channel) {
  const { status, error } = await subscribe(channel).next();
  if (status !== 'SUBSCRIBED') throw new Error(`${channel.topic} is ${status}: ${error}`);
  return channel;
}

/** Subscribes and waits until the database's own subscription is live. */
export async function live(channel) {
  const system = createInbox();
  channel.on('system', {}, (message) => system.push(message));
  await subscribed(channel);
  const { status, message } = await system.next();
  if (status !== 'ok') throw new Error(message);
  return channel;
}
