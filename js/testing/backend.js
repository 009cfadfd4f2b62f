/** {@link Backend} over the control server of `@wedsync/local-supabase`. */
export function backendControl(controlUrl) {
    async function ask(path, body) {
        if (!controlUrl) {
            throw new Error('The stack has no control server: start the embedded backend with `--control-port 0` and print its `controlUrl`.');
        }
        const response = await fetch(new URL(path, controlUrl), {
            method: body === undefined ? 'GET' : 'POST',
            headers: body === undefined ? {} : { 'content-type': 'application/json' },
            body: body === undefined ? null : JSON.stringify(body),
        });
        const text = await response.text();
        if (!response.ok)
            throw new Error(`The backend answered ${path} with ${response.status}: ${text}`);
        return (text ? JSON.parse(text) : undefined);
    }
    return {
        cutSockets: async (forMs) => (await ask('/sockets/cut', { forMs })).cut,
        restoreSockets: async () => {
            await ask('/sockets/restore', {});
        },
        sql: async (sql) => (await ask('/sql', { sql })).rows,
        sendFrame: async (frame) => {
            const body = typeof frame === 'string' ? { text: frame } : { base64: toBase64(frame) };
            await ask('/frames', body);
        },
        stats: () => ask('/stats'),
    };
}
function toBase64(bytes) {
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
