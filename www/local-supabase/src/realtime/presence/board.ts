import { randomBytes } from 'node:crypto';
import { type Hub, topicKey } from '../hub.js';
import { presenceDiff } from '../wire/deliveries.js';

/** Who is present: a channel, under its key. */
export interface Member {
  readonly topic: string;
  readonly isPrivate: boolean;
  readonly presenceKey: string;
  readonly isOpen: boolean;
}

/** One entry of a key's `metas`. */
interface Meta {
  ref: string;
  /** What the member tracks, as canonical JSON. */
  payload: string;
  /** As it stands in frames. */
  json: string;
}

const emptyObject = '{}';

/** Who is present on which topic, by Phoenix's rules: one entry a channel, several under one key. */
export class PresenceBoard {
  readonly #hub: Hub;
  readonly #topics = new Map<string, Map<Member, Meta>>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** All that are present on a topic, as JSON text: `{key: {"metas": […]}}`. */
  state(topic: string, isPrivate: boolean): string {
    const members = this.#topics.get(topicKey(topic, isPrivate)) ?? new Map<Member, Meta>();
    const metasByKey = new Map<string, string[]>();
    for (const [{ presenceKey }, { json }] of members) {
      metasByKey.set(presenceKey, [...(metasByKey.get(presenceKey) ?? []), json]);
    }
    const entries = [...metasByKey].sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${entries.map(([key, metas]) => entryJson(key, metas)).join(',')}}`;
  }

  /** Makes a channel present, or changes what it tracks; nothing, if it is closed or tracks just that already. */
  track(member: Member, payload: string): void {
    if (!member.isOpen) return;
    const key = topicKey(member.topic, member.isPrivate);
    const members = this.#topics.get(key) ?? new Map<Member, Meta>();
    const previous = members.get(member);
    if (previous?.payload === payload) return;
    const meta = newMeta(payload, previous?.ref ?? null);
    this.#topics.set(key, members.set(member, meta));
    const joins = `{${entryJson(member.presenceKey, [meta.json])}}`;
    const leaves =
      previous === undefined ? emptyObject : `{${entryJson(member.presenceKey, [previous.json])}}`;
    this.#announce(member, joins, leaves);
  }

  /** Ends a channel's presence, if it has one. */
  untrack(member: Member): void {
    const key = topicKey(member.topic, member.isPrivate);
    const members = this.#topics.get(key);
    const meta = members?.get(member);
    if (members === undefined || meta === undefined) return;
    members.delete(member);
    if (members.size === 0) this.#topics.delete(key);
    this.#announce(member, emptyObject, `{${entryJson(member.presenceKey, [meta.json])}}`);
  }

  #announce({ topic, isPrivate }: Member, joins: string, leaves: string): void {
    this.#hub.send(topic, isPrivate, presenceDiff(topic, joins, leaves));
  }
}

function newMeta(payload: string, previousRef: string | null): Meta {
  const ref = randomBytes(12).toString('base64url');
  const previous = previousRef === null ? '' : `,"phx_ref_prev":"${previousRef}"`;
  const rest = payload === emptyObject ? '}' : `,${payload.slice(1)}`;
  return { ref, payload, json: `{"phx_ref":"${ref}"${previous}${rest}` };
}

function entryJson(key: string, metas: readonly string[]): string {
  return `${JSON.stringify(key)}:{"metas":[${metas.join(',')}]}`;
}
