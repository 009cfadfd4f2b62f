import type { Enquiry, Version } from '../frames.js';

/** What a realtime client is asked for. */
export interface ClientOptions {
  /** The project's URL. */
  url: string;
  /** The project's key: the server tells clients apart by it. */
  key: string;
  version: Version;
  /** One channel each, with one subscription. */
  channels: string[];
  kind: 'broadcast' | 'change';
  /** The broadcasts' name, `*` for any; `enquiry` by default. */
  event?: string;
  /** The tables of changes, by channel; `clients` by default. */
  tables?: string[];
  /** Given the broadcast's payload, or the changed row. */
  onData: (data: Enquiry) => void;
  /** Given the latest broadcasts by their `key`, in the place of `onData`, by a client that can. */
  onLatest?: (latest: Enquiry[]) => void;
  /** Told each time that a channel is live, the first time and after every outage. */
  onLive?: () => void;
}

/** A client with all its channels joined. */
export interface ConnectedClient {
  close(): Promise<void> | void;
  /** Joins another channel for broadcasts, and leaves it again. */
  joinAndLeave?(name: string): Promise<void>;
}

/** Joins all channels; resolves once they are live. */
export type Connect = (options: ClientOptions) => Promise<ConnectedClient>;
