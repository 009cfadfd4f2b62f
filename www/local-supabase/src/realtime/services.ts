import type { TokenAuthority } from '../auth/tokens.js';
import type { Database } from '../database/database.js';
import type { ChangeFeed } from './changes/feed.js';
import type { Hub } from './hub.js';
import type { Limits } from './limits/limits.js';
import type { PresenceBoard } from './presence/board.js';
import type { RealtimeSettings } from './settings.js';
import type { Upkeep } from './upkeep.js';
import type { Warmth } from './warmth.js';

/** What the sockets and channels of a server share. */
export interface RealtimeServices {
  readonly database: Database;
  readonly tokens: TokenAuthority;
  readonly hub: Hub;
  readonly presence: PresenceBoard;
  readonly changes: ChangeFeed;
  readonly limits: Limits;
  readonly warmth: Warmth;
  readonly upkeep: Upkeep;
  /** They may change while the server runs. */
  readonly settings: RealtimeSettings;
}
