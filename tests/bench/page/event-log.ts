import type { StreamEvent } from './events.js';

/** A stream's events on this device, with a cursor that says up to where they are here. */
export interface EventLog {
  /** Stores a page as the server sent it and moves the cursor to its end, in one transaction; resolves once complete. */
  apply(page: string): Promise<void>;
  /** Hands over all events in the order of their numbers, without holding all of them at once. */
  replay(onEvent: (event: StreamEvent) => void): Promise<void>;
  cursor(): Promise<number>;
  close(): void;
}

/** Opens the database of this name, or makes it; resolves once it is open. */
export type OpenLog = (name: string) => Promise<EventLog>;
