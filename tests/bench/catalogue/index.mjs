import { breakerCases } from './breaker.mjs';
import { cacheCases } from './cache.mjs';
import { healthCases } from './health.mjs';
import { logCases } from './log.mjs';
import { messageCases } from './messages.mjs';
import { pageCases } from './page.mjs';
import { queueCases } from './queue.mjs';
import { reconnectCases } from './reconnect.mjs';
import { scaleCases } from './scale.mjs';
import { sizeCases } from './size.mjs';
import { startupCases } from './startup.mjs';
import { storeCases } from './store.mjs';
import { tabsCases } from './tabs.mjs';

/**
 * The figure that is aimed at. `of` says what is held against it: the ratio to the peer, the ratio to the physical
 * limit, or our own figure in the case's unit. Lower is better throughout, so `most` is the highest that meets it.
 * @typedef {{ most: number, of: 'ratio' | 'limit_ratio' | 'ours' }} Target
 */

/**
 * One case: what is measured, and where. A case with `page` is a module of `page/cases`, run in the browser with its
 * `parameters`; one with `driver` is a module of `drivers`, which steers browsers from outside and may answer
 * several cases with one run.
 * @typedef {object} BenchCase
 * @property {string} name
 * @property {string} unit
 * @property {string} what one sentence: what one figure is, and of what
 * @property {Target | null} target
 * @property {boolean} [isNew] it came after the last whole run, so there are no figures of it yet: the next one takes this away
 * @property {string} [waitsFor] the feature that is not built yet: until then `ours` is null
 * @property {string} [page]
 * @property {string} [driver]
 * @property {boolean} [heavy] of a `page`: a round takes seconds, so there are no more of them than needed
 * @property {boolean} [onDisk] of a `page`: its databases must be on the disk, as a user's are, and not in memory
 * @property {Record<string, string | number | boolean>} [parameters]
 */

/** Every case, in the order of the report. @type {BenchCase[]} */
export const catalogue = [
  ...messageCases,
  ...reconnectCases,
  ...storeCases,
  ...cacheCases,
  ...queueCases,
  ...logCases,
  ...breakerCases,
  ...healthCases,
  ...tabsCases,
  ...sizeCases,
  ...startupCases,
  ...pageCases,
  ...scaleCases,
];

/** The sections of the report: a case belongs to the one its name begins with. */
export const sections = {
  message: 'Messages',
  reconnect: 'Reconnecting',
  store: 'Store',
  cache: 'Cache',
  queue: 'Queue',
  log: 'Event log',
  breaker: 'Breaker',
  policy: 'Policies combined',
  health: 'Health',
  tabs: 'Tabs',
  startup: 'Start-up',
  load: 'The page under load',
  heap: 'Memory',
  scale: 'Scaling',
};
