/** A request's own id, and W3C's trace context (Trace Context, Level 1): version, trace, parent, not sampled. */
export function trace(headers: Headers): void {
  const [id, parent] = [hex(16), hex(8)];
  if (!headers.has('x-request-id')) headers.set('x-request-id', id);
  if (!headers.has('traceparent')) headers.set('traceparent', `00-${id}-${parent}-00`);
}

function hex(bytes: number): string {
  const drawn = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(drawn, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
