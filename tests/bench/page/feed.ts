/** How a page has the server send frames to the clients that connected with a key. */
export interface Feed {
  /** So many of the frames, again and again from the first, as fast as the sockets take them. */
  send(count: number): void;
  close(): void;
}

/** Gives the server the frames to send, once; its end is `lib/realtime-server.mjs`. */
export async function connectFeed(key: string, frames: string[]): Promise<Feed> {
  const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/feed?key=${key}`);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error('The server’s feed did not open.'));
  });
  socket.send(JSON.stringify({ frames }));
  return {
    send: (count) => socket.send(JSON.stringify({ send: count })),
    close: () => socket.close(),
  };
}
