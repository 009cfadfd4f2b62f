import { randomUUID } from 'node:crypto';
import type { Claims } from '../database/caller.js';
import { isConnectionLoss } from '../database/database.js';
import { messageOf } from '../errors.js';
import { isObject } from '../http/body.js';
import { Access } from './access/access.js';
import type { Extension } from './access/authorization.js';
import { chooseToken, joinProblem } from './access/tokens.js';
import { type KeptMessage, parseReplay, readMessages } from './broadcasts/replay.js';
import { bindingsOf, isLegacyJoin, type RawBinding } from './changes/bindings.js';
import type { RealtimeServices } from './services.js';

/** A join as it came, and what of its socket matters. */
export interface JoinRequest {
  /** Without the `realtime:` prefix. */
  topic: string;
  joinRef: unknown;
  payload: unknown;
  /** The token of the handshake. */
  socketToken: string;
  /** Channels that the socket has beside this one. */
  otherChannels: number;
  /** Sockets that have a channel, beside this one. */
  otherConnections: () => number;
}

/** What a join settled for as long as its channel lives. */
export interface ChannelOptions {
  topic: string;
  joinRef: unknown;
  isPrivate: boolean;
  receivesOwn: boolean;
  acknowledges: boolean;
  presenceEnabled: boolean;
  presenceKey: string;
  wantsReplicationReady: boolean;
  /** Messages that it was sent again; it does not get them once more. */
  replayedIds: ReadonlySet<string>;
  bindings: readonly RawBinding[];
  /** Whether it came without `config`, as the oldest clients' do. */
  isLegacy: boolean;
  token: string;
  access: Access;
}

/** A refusal is told after a while; one for too many joins ends the socket too. */
export interface Refusal {
  reason: string;
  closesSocket: boolean;
}

/** An accepted join, with the messages to send again, or a refused one. */
export type JoinResult =
  | { options: ChannelOptions; replayed: readonly KeptMessage[]; refusal?: undefined }
  | { refusal: Refusal };

/** Decides a join, and refuses one that cannot be decided. */
export async function decideJoin(services: RealtimeServices, request: JoinRequest): Promise<JoinResult> {
  try {
    return await decide(services, request);
  } catch (cause) {
    return refuse(
      isConnectionLoss(cause)
        ? 'UnableToConnectToProject: Realtime was unable to connect to the project database'
        : `UnknownErrorOnChannel: ${messageOf(cause)}`,
    );
  }
}

/** Is there room, who asks, and may they: in the order in which the real server looks. */
async function decide(services: RealtimeServices, request: JoinRequest): Promise<JoinResult> {
  const { topic, payload } = request;
  if (topic === '') return refuse('TopicNameRequired: You must provide a topic name');
  const misshapen = shapeProblem(payload);
  if (misshapen !== null || !isObject(payload)) return refuse(`UnknownErrorOnChannel: ${misshapen}`);
  const config = isObject(payload.config) ? payload.config : {};
  const broadcast = isObject(config.broadcast) ? config.broadcast : {};
  const presence = isObject(config.presence) ? config.presence : {};
  const isPrivate = isTrue(config.private);

  const noRoom = roomProblem(services, request, isPrivate);
  if (noRoom !== null) return noRoom;
  const token = chooseToken(payload, request.socketToken);
  const { claims, problem } = await services.tokens.verify(token);
  if (problem !== undefined) return refuse(joinProblem(problem));

  const presenceEnabled = isTrue(presence.enabled);
  const access = await readAccess(services, claims, topic, isPrivate, presenceEnabled);
  if (access === null) return unauthorized(topic);
  if (broadcast.replay !== undefined && isPrivate && !access.canRead('broadcast')) return unauthorized(topic);
  const replayed = await replay(services, topic, isPrivate, broadcast);
  if (typeof replayed === 'string') return refuse(replayed);
  // It may have been made to expire while the database was asked.
  const { problem: lateProblem } = await services.tokens.verify(token);
  if (lateProblem !== undefined) return refuse(joinProblem(lateProblem));

  return {
    replayed,
    options: {
      topic,
      joinRef: request.joinRef,
      isPrivate,
      receivesOwn: isTrue(broadcast.self),
      acknowledges: isTrue(broadcast.ack),
      presenceEnabled,
      presenceKey: presenceKeyOf(presence.key),
      wantsReplicationReady: isTrue(broadcast.replication_ready),
      replayedIds: new Set(replayed.map(({ id }) => id)),
      bindings: bindingsOf(topic, payload),
      isLegacy: isLegacyJoin(payload),
      token,
      access,
    },
  };
}

/** The right to read a topic's messages, or `null`. */
export async function readAccess(
  { database }: RealtimeServices,
  claims: Claims,
  topic: string,
  isPrivate: boolean,
  asksPresence: boolean,
): Promise<Access | null> {
  const access = new Access(database, claims, topic, isPrivate);
  const extensions: Extension[] = asksPresence ? ['broadcast', 'presence'] : ['broadcast'];
  return (await access.askToRead(extensions)) ? access : null;
}

function shapeProblem(payload: unknown): string | null {
  if (!isObject(payload)) return `expected params to be a :map, got: \`${inspect(payload)}\``;
  const { config } = payload;
  const isReadable = config === undefined || config === null || isObject(config);
  return isReadable ? null : 'no function clause matching in Access.get/3';
}

function roomProblem(
  { settings, limits }: RealtimeServices,
  { otherChannels, otherConnections }: JoinRequest,
  isPrivate: boolean,
): JoinResult | null {
  if (settings.privateOnly && !isPrivate) {
    return refuse('PrivateOnly: This project only allows private channels');
  }
  if (settings.maxConnections !== null && otherConnections() >= settings.maxConnections) {
    return refuse('ConnectionRateLimitReached: Too many connected users');
  }
  if (!limits.takeJoin()) {
    return refuse('ClientJoinRateLimitReached: Too many joins per second', true);
  }
  if (settings.maxChannelsPerConnection !== null && otherChannels >= settings.maxChannelsPerConnection) {
    return refuse('ChannelRateLimitReached: Too many channels');
  }
  return null;
}

/** The messages to send again, or why not. */
async function replay(
  { database }: RealtimeServices,
  topic: string,
  isPrivate: boolean,
  broadcast: Record<string, unknown>,
): Promise<KeptMessage[] | string> {
  if (broadcast.replay === undefined) return [];
  if (!isPrivate) return 'UnableToReplayMessages: Replay is not allowed for public channels';
  const request = parseReplay(broadcast.replay);
  if (request === 'invalid') return 'UnableToReplayMessages: Replay params are not valid';
  if (request === null) return [];
  try {
    return await readMessages(database, topic, request);
  } catch {
    return 'UnableToReplayMessages: Realtime was unable to replay messages';
  }
}

function presenceKeyOf(key: unknown): string {
  return typeof key === 'string' && key !== '' ? key : randomUUID();
}

function unauthorized(topic: string): JoinResult {
  return refuse(`Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`);
}

function refuse(reason: string, closesSocket = false): JoinResult {
  return { refusal: { reason, closesSocket } };
}

function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}

function inspect(value: unknown): string {
  return value === null ? 'nil' : JSON.stringify(value);
}
