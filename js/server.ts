export { DashboardError } from './errors.js';
export type { CacheHandlerOptions } from './options/server.js';
export { type CacheHandler, createCacheHandler } from './server/handler.js';
export type { IsMember } from './server/membership.js';
