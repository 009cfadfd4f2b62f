import { readSettings } from '../settings.ts';

/** How the shared cache is run, or the sentence that says why it cannot be. */
export type CacheSettings =
  | { problem: null; url: string; anonKey: string; auth: TokenSettings; redis: string | null }
  | { problem: string };

/** With what access tokens are verified: the auth server's public keys, or the secret of a project that has none. */
export type TokenSettings = { jwks: string } | { secret: string };

/** Reads the settings of the shared cache: without `REDIS_URL` each process keeps for itself. */
export function readCacheSettings(environment: Record<string, string | undefined>): CacheSettings {
  const { problem, url, anonKey } = readSettings(environment);
  if (problem !== null) return { problem };
  const secret = environment.SUPABASE_JWT_SECRET;
  if (secret && secret.length < 32) {
    return {
      problem:
        'SUPABASE_JWT_SECRET is too short. Set it to your project’s JWT secret, or unset it to use the public keys.',
    };
  }
  const redis = environment.REDIS_URL || null;
  const addresses = redis?.split(',') ?? [];
  const isRedis = addresses.every((one) => URL.canParse(one) && /^rediss?:$/.test(new URL(one).protocol));
  if (!isRedis) {
    return { problem: 'REDIS_URL is not an address. Set it to redis://… or rediss://… and restart.' };
  }
  const auth = secret ? { secret } : { jwks: `${url}/auth/v1/.well-known/jwks.json` };
  return { problem: null, url, anonKey, auth, redis };
}
