import WebSocket from 'ws';

/** Opens a socket and joins one topic; resolves once it is joined and, with bindings, subscribed. */
export function openClient(backend, { topic, token, changes = [], onFrame }) {
  const url = `${backend.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${backend.anonKey}&vsn=2.0.0`;
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const heartbeat = setInterval(() => socket.send('[null,"h","phoenix","heartbeat",{}]'), 25_000);
  socket.on('close', () => clearInterval(heartbeat));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      const config = {
        broadcast: { self: false, ack: false },
        presence: {},
        postgres_changes: changes,
        private: false,
      };
      const payload = { config, ...(token === undefined ? {} : { access_token: token }) };
      socket.send(JSON.stringify(['1', '1', `realtime:${topic}`, 'phx_join', payload]));
    });
    socket.on('message', function joining(data) {
      const [, , , event, payload] = JSON.parse(data);
      if (event === 'phx_reply' && payload.status !== 'ok')
        reject(new Error(JSON.stringify(payload.response)));
      if (event !== (changes.length > 0 ? 'system' : 'phx_reply')) return;
      if (event === 'system' && payload.status !== 'ok') return reject(new Error(payload.message));
      socket.off('message', joining);
      socket.on('message', onFrame);
      resolve({
        broadcast: (payload) =>
          socket.send(
            `["1","2","realtime:${topic}","broadcast",{"event":"load","payload":${payload},"type":"broadcast"}]`,
          ),
        close: () => socket.terminate(),
      });
    });
  });
}
