import { type Context, Hono } from 'hono';
import type { Claims } from '../../database/caller.js';
import { isObject } from '../../http/body.js';
import { bearerToken } from '../../http/gateway.js';
import { mayWrite } from '../access/authorization.js';
import type { RealtimeServices } from '../services.js';
import { canonicalJson, canonicalPart } from '../wire/canonicalJson.js';
import { type Delivery, textBroadcast, userBroadcast } from '../wire/deliveries.js';
import type { Encoding } from '../wire/wire.js';
import { type BatchMessage, batchErrors, readBatch } from './batch.js';

/** `/realtime/v1/api/broadcast`: broadcasts without a socket, a batch of them or a single one. */
export function broadcastRoutes(services: RealtimeServices): Hono {
  const app = new Hono();
  app.post('/broadcast', (context) =>
    asUser(context, services, (claims) => sendBatch(context, services, claims)),
  );
  app.post('/broadcast/:topic/events/:event', (context) =>
    asUser(context, services, (claims) => sendOne(context, services, claims)),
  );
  app.all('*', notFound);
  return app;
}

function notFound(context: Context): Response {
  return plain(context, 404, 'Not Found');
}

async function asUser(
  context: Context,
  { tokens }: RealtimeServices,
  work: (claims: Claims) => Promise<Response>,
): Promise<Response> {
  const token = bearerToken(context) ?? context.req.header('apikey') ?? context.req.query('apikey') ?? '';
  const { claims, problem } = await tokens.verify(token);
  return problem === undefined ? work(claims) : unauthorized(context, 401);
}

/** What a batch may not send to vanishes: who asks is told no more than that it was taken. */
async function sendBatch(context: Context, services: RealtimeServices, claims: Claims): Promise<Response> {
  const text = await context.req.text();
  const body = parseJson(text);
  if (body === undefined) return plain(context, 400, 'Bad Request');
  const messages = readBatch(body);
  const errors = batchErrors(messages, (message) =>
    services.limits.isTooLarge(Buffer.byteLength(JSON.stringify(message.payload))),
  );
  if (errors !== null) return json(context, { errors: { messages: errors } }, 422);
  const limited = tooMany(context, services, messages.length);
  if (limited !== null) return limited;

  const send = ({ topic, isPrivate, event }: BatchMessage, index: number): void => {
    const payload = canonicalPart(messages[index]?.payload, text, (whole) => payloadAt(whole, index));
    relay(
      services,
      topic,
      isPrivate,
      textBroadcast(topic, `{"event":${JSON.stringify(event)},"payload":${payload},"type":"broadcast"}`),
    );
  };
  const granted = new Map<string, boolean>();
  for (const [index, message] of messages.entries()) if (!message.isPrivate) send(message, index);
  for (const [index, message] of messages.entries()) {
    if (!message.isPrivate) continue;
    const { topic } = message;
    if (!granted.has(topic)) {
      granted.set(topic, await mayWrite(services.database, claims, topic, 'broadcast'));
    }
    if (granted.get(topic) === true) send(message, index);
  }
  return context.body(null, 202);
}

async function sendOne(context: Context, services: RealtimeServices, claims: Claims): Promise<Response> {
  const encoding = encodingOf(context.req.header('content-type') ?? '');
  if (encoding === null) {
    return json(
      context,
      { error: 'Unsupported Media Type. Use application/json or application/octet-stream' },
      415,
    );
  }
  const body = Buffer.from(await context.req.arrayBuffer());
  const payload = encoding === 'json' ? asObject(body.toString()) : body;
  if (payload === null) return plain(context, 400, 'Bad Request');
  if (services.limits.isTooLarge(payload.length)) {
    return json(context, { errors: { payload: ['Payload size exceeds tenant limit'] } }, 422);
  }
  const limited = tooMany(context, services, 1);
  if (limited !== null) return limited;
  const topic = context.req.param('topic') ?? '';
  const event = context.req.param('event') ?? '';
  const isPrivate = context.req.query('private') === 'true';
  if (isPrivate && !(await mayWrite(services.database, claims, topic, 'broadcast'))) {
    return unauthorized(context, 403);
  }
  relay(services, topic, isPrivate, userBroadcast(topic, { event, encoding, payload }));
  return context.body(null, 202);
}

function relay(
  { hub, limits }: RealtimeServices,
  topic: string,
  isPrivate: boolean,
  delivery: Delivery,
): void {
  limits.countMessages(1);
  hub.send(topic, isPrivate, delivery);
}

function tooMany(context: Context, { limits }: RealtimeServices, count: number): Response | null {
  if (limits.tooManyMessages) return json(context, { message: 'You have exceeded your rate limit' }, 429);
  if (!limits.wouldBeTooMany(count)) return null;
  return json(context, { message: 'Too many messages to broadcast, please reduce the batch size' }, 429);
}

function encodingOf(contentType: string): Encoding | null {
  if (/^application\/json\b/i.test(contentType)) return 'json';
  return /^application\/octet-stream\b/i.test(contentType) ? 'bytes' : null;
}

/** JSON that is no object is wrapped, as the real server's framework does. */
function asObject(text: string): Buffer | null {
  const value = parseJson(text);
  if (value === undefined) return null;
  const json = canonicalJson(text);
  return Buffer.from(isObject(value) ? json : `{"_json":${json}}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function payloadAt(whole: unknown, index: number): unknown {
  return (whole as { messages: { payload: unknown }[] }).messages[index]?.payload;
}

function unauthorized(context: Context, status: 401 | 403): Response {
  return json(context, { message: 'Unauthorized' }, status);
}

function json(context: Context, value: unknown, status: 401 | 403 | 415 | 422 | 429): Response {
  return context.body(JSON.stringify(value), status, { 'content-type': 'application/json; charset=utf-8' });
}

function plain(context: Context, status: 400 | 404, text: string): Response {
  return context.body(text, status, { 'content-type': 'text/html; charset=utf-8' });
}
