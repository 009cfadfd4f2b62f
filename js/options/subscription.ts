import * as v from 'valibot';
import { isChannel } from '../arguments.js';
import type { DashboardError } from '../errors.js';
import type {
  Broadcast,
  Continuity,
  PostgresChange,
  PresenceEvent,
  SubscriptionStatus,
  SystemMessage,
} from '../messages.js';
import { broadcastEntries } from './broadcasts.js';
import {
  checkedBinding,
  isOfSchema,
  manyEntries,
  type SchemaBinding,
  schemaEntries,
  type TableBinding,
  tableEntries,
} from './changes.js';
import { checked, fieldOf, type Given, wrong } from './check.js';
import { checkedDelivery, type Delivery, delivery } from './delivery.js';
import { callback, flag, whole, without } from './kinds.js';
import { checkedPresence, noPresence, presenceEntries } from './presence.js';

const commonEntries = {
  /** The topic, without the `realtime:` prefix: 1 to 220 bytes of UTF-8. */
  channel: v.custom<string>(
    isChannel,
    'a topic of 1 to 220 bytes: a string that is not empty and has no lone surrogate, without the prefix "realtime:"',
  ),
  /**
   * Join the private channel of that name, authorized by the policies on `realtime.messages`. A private and a public channel
   * of one name are two channels. Default `false`.
   */
  private: flag(false),
  /** Join again when the connection or the channel is lost. Default `true`. */
  autoReconnect: flag(true),
  /** Consecutive attempts before the subscription fails with `max_reconnect_attempts`. Default: no limit. */
  maxReconnectAttempts: v.optional(whole(0, 2 ** 32 - 1)),
  /**
   * Called for an error of this subscription when it begins and when its reason changes, not at each attempt;
   * `retryable` says whether it is retried. Default: none.
   */
  onError: v.optional(callback<(error: DashboardError) => void>()),
  /** Called at each change of state. Default: none. */
  onStatus: v.optional(callback<(status: SubscriptionStatus) => void>()),
  /**
   * Called each time the subscription is live again after an interruption, or when the server has restarted it: if it says
   * `lost`, read what may have been missed. Default: none.
   */
  onContinuity: v.optional(callback<(continuity: Continuity) => void>()),
  /** Called with each `system` message of the server about the channel. Default: none. */
  onSystem: v.optional(callback<(message: SystemMessage) => void>()),
};

const deliveryEntries = {
  /** When `onData` is called. Default `each`. */
  deliver: v.optional(delivery, 'each'),
  /** Called for each message, or with the messages of a batch. */
  onData: callback<(message: never) => void>(),
};

const ofBroadcastsAlone = without('left out with `table`: it is about broadcasts');

const changesEntries = {
  self: ofBroadcastsAlone,
  ack: ofBroadcastsAlone,
  replay: ofBroadcastsAlone,
  replicationReady: ofBroadcastsAlone,
  presence: noPresence,
};

const ofChangesAlone = without('given together with `table`: broadcasts have none');
const notBesidePresence = without('left out with `presence`');

const broadcastOptions = {
  ...broadcastEntries,
  presence: noPresence,
  changes: v.optional(v.undefined()),
  table: ofChangesAlone,
  schema: ofChangesAlone,
  filter: ofChangesAlone,
  select: ofChangesAlone,
};

const presenceOptions = {
  ...presenceEntries,
  event: notBesidePresence,
  self: notBesidePresence,
  replay: notBesidePresence,
  /** Live only once the server's connection for the database's broadcasts is ready. Default `false`. */
  replicationReady: flag(false),
  changes: notBesidePresence,
  table: notBesidePresence,
  schema: notBesidePresence,
  filter: notBesidePresence,
  select: notBesidePresence,
  deliver: v.optional(v.literal('each', 'left out with `presence`: its events come one by one')),
};

interface SubscriptionCommon extends Given<typeof commonEntries> {}

/** One by one, or in the batches that `deliver` asks for. */
type Delivered<Message> =
  | {
      /** When `onData` is called. Default `each`. */
      deliver?: 'each';
      /** Called for each message. */
      onData: (message: Message) => void;
    }
  | {
      /** When `onData` is called. Default `each`. */
      deliver: Exclude<Delivery, 'each'>;
      /** Called with the messages of a batch, in their order; of `latestBy`, in the order in which the keys came. */
      onData: (messages: Message[]) => void;
    };

/** A subscription to broadcasts of a topic. */
export type BroadcastSubscription<Payload = unknown> = SubscriptionCommon &
  Given<typeof broadcastOptions> &
  Delivered<Broadcast<Payload>>;

/** A subscription to presence on a channel, where `track` publishes a state. */
export interface PresenceSubscription<State = Record<string, unknown>>
  extends SubscriptionCommon,
    Given<typeof presenceOptions> {
  /** Called for each event. */
  onData: (event: PresenceEvent<State>) => void;
}

/** A subscription to the changes of a table. */
export type TableSubscription<Row = Record<string, unknown>> = SubscriptionCommon &
  Given<typeof changesEntries> &
  TableBinding<Row> & { changes?: undefined } & Delivered<PostgresChange<Row>>;

/** A subscription to the changes of all published tables of a schema. */
export type SchemaSubscription<Row = Record<string, unknown>> = SubscriptionCommon &
  Given<typeof changesEntries> &
  SchemaBinding & { changes?: undefined } & Delivered<PostgresChange<Row>>;

/** A subscription to several kinds of changes, on one channel: a change that several of them match is delivered once. */
export type ManyChangesSubscription<Row = Record<string, unknown>> = SubscriptionCommon &
  Given<typeof changesEntries> &
  Given<ReturnType<typeof manyEntries<Row>>> &
  Delivered<PostgresChange<Row>>;

/** A subscription to changes of the database. */
export type PostgresChangesSubscription<Row = Record<string, unknown>> =
  | TableSubscription<Row>
  | SchemaSubscription<Row>
  | ManyChangesSubscription<Row>;

/**
 * Options of `subscribe`: with `table`, `schema` or `changes` the database's changes, with `presence` the people on a channel,
 * otherwise broadcasts. For typed rows, payloads or states, annotate the callback's parameter:
 * `(change: PostgresChange<Client>) => …`.
 */
export type SubscriptionOptions =
  // biome-ignore lint/suspicious/noExplicitAny: the row's and the payload's type are the caller's to name
  BroadcastSubscription<any> | PresenceSubscription<any> | PostgresChangesSubscription<any>;

const changes = v.optional(v.undefined());

/** The kinds of subscriptions. All of them know the same names. */
export const subscriptions = {
  broadcasts: v.strictObject({ ...commonEntries, ...broadcastOptions, ...deliveryEntries }),
  presence: v.strictObject({ ...commonEntries, ...presenceOptions, onData: deliveryEntries.onData }),
  table: v.strictObject({
    ...commonEntries,
    ...changesEntries,
    ...tableEntries(),
    changes,
    ...deliveryEntries,
  }),
  schema: v.strictObject({
    ...commonEntries,
    ...changesEntries,
    ...schemaEntries,
    changes,
    ...deliveryEntries,
  }),
  many: v.strictObject({ ...commonEntries, ...changesEntries, ...manyEntries(), ...deliveryEntries }),
};

const anySubscription = v.lazy((given) => {
  const presence = fieldOf(given, 'presence');
  if (presence !== undefined && presence !== false) return subscriptions.presence;
  if (fieldOf(given, 'changes') !== undefined) return subscriptions.many;
  if (isOfSchema(given)) return subscriptions.schema;
  return fieldOf(given, 'table') === undefined ? subscriptions.broadcasts : subscriptions.table;
});

/** A subscription as the module takes it, and what the application is told by. */
export type CheckedSubscription = ReturnType<typeof checkedSubscription>;

/**
 * Checks the options of a subscription.
 *
 * @throws {DashboardError} `invalid_option`, `unknown_option`.
 */
export function checkedSubscription(id: string, given: unknown) {
  const of = 'subscribe';
  const { deliver, onData, onError, onStatus, onContinuity, onSystem, ...options } = checked(
    of,
    anySubscription,
    given,
  );
  const { presence, changes, event, table, schema, filter, select, self, ...common } = options;
  if (common.replay && !common.private) {
    throw wrong(of, 'replay', 'used on private channels only: the server keeps no other broadcasts');
  }
  const isOfDatabase = table !== undefined || schema !== undefined;
  const bindings = changes ?? (isOfDatabase ? [{ event, table, schema, filter, select }] : undefined);
  return {
    callbacks: { onData, onError, onStatus, onContinuity, onSystem },
    delivery: checkedDelivery(deliver),
    subscription: {
      ...common,
      ...(presence && { presence: checkedPresence(presence, id) }),
      ...(bindings && { changes: bindings.map((binding) => checkedBinding(of, binding)) }),
      ...(!presence && !bindings && { event, self }),
    },
  };
}
