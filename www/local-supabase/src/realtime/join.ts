import { isObject } from '../http/body.js';
import { authorize } from './authorization.js';
import { bindingId, rawBindings } from './bindings.js';
import type { ChannelOptions, ChannelServices } from './channel.js';
import { chooseToken, joinProblem } from './tokens.js';

export interface JoinRequest {
  topic: string;
  joinRef: unknown;
  payload: unknown;
  /** The token of the handshake. */
  socketToken: string;
}

export type JoinResult = { options: ChannelOptions; refusal?: undefined } | { refusal: string };

/** Decides a join: who asks, and may they. */
export async function decideJoin(services: ChannelServices, request: JoinRequest): Promise<JoinResult> {
  const { topic, payload } = request;
  if (topic === '') return { refusal: 'TopicNameRequired: You must provide a topic name' };
  if (!isObject(payload)) {
    return { refusal: `UnknownErrorOnChannel: expected params to be a :map, got: \`${inspect(payload)}\`` };
  }
  const token = chooseToken(payload.access_token ?? payload.user_token, request.socketToken);
  const { claims, problem } = await services.tokens.verify(token);
  if (problem !== undefined) return { refusal: joinProblem(problem) };

  const config = isObject(payload.config) ? payload.config : {};
  const broadcast = isObject(config.broadcast) ? config.broadcast : {};
  const isPrivate = isTrue(config.private);
  const permissions = isPrivate
    ? await authorize(services.database, claims, topic)
    : { read: true, write: true };
  if (!permissions.read) {
    return {
      refusal: `Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`,
    };
  }
  return {
    options: {
      topic,
      joinRef: request.joinRef,
      isPrivate,
      mayWrite: permissions.write,
      receivesOwn: isTrue(broadcast.self),
      acknowledges: isTrue(broadcast.ack),
      bindings: rawBindings(config),
      token,
      claims,
    },
  };
}

/** The reply to an accepted join: each binding as it was sent, with the id its changes will carry. */
export function joinResponse({ bindings }: ChannelOptions): Record<string, unknown> {
  return { postgres_changes: bindings.map((binding) => ({ id: bindingId(binding), ...binding })) };
}

function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}

function inspect(value: unknown): string {
  return value === null ? 'nil' : JSON.stringify(value);
}
