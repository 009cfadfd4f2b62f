import { createRemoteJWKSet, errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose';
import { Refusal } from './refusal.js';

/** Who asks. */
export interface Identity {
  /** The user's id, as the verified token says it. */
  readonly sub: string;
  readonly token: string;
}

/** How tokens are verified, and where they come from. */
export interface IdentitySettings {
  readonly jwks: string | undefined;
  readonly secret: string | undefined;
  readonly issuer: string | undefined;
  readonly audience: string;
  /** In seconds. */
  readonly clockTolerance: number;
  /** Gives the token of a cookie's session. */
  readonly cookieToken: ((request: Request) => unknown) | undefined;
  /** The origins of the site's own pages; by default the one that the request was sent to. */
  readonly origins: readonly string[] | undefined;
  readonly onError: (error: Error) => void;
}

/** The keys of the auth server are waited for so long, in milliseconds. */
const KEYS_TIMEOUT = 3_000;
const LONGEST_TOKEN = 16_384;

/** Errors of jose that say something of the token. Any other is one of the keys, that could not be had. */
const OF_THE_TOKEN: readonly string[] = [
  'ERR_JWT_EXPIRED',
  'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'ERR_JWT_INVALID',
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
];

const notSignedIn = (): Refusal =>
  new Refusal('not_signed_in', 'There is no valid access token: sign in, or refresh it.', {
    headers: { 'www-authenticate': 'Bearer' },
  });

/** Finds out who asks. */
export class Identities {
  readonly #settings: IdentitySettings;
  readonly #key: Uint8Array | JWTVerifyGetKey;
  readonly #options: JWTVerifyOptions;

  constructor(settings: IdentitySettings) {
    const { jwks, secret, issuer, audience, clockTolerance } = settings;
    this.#settings = settings;
    this.#key =
      secret === undefined
        ? createRemoteJWKSet(new URL(jwks ?? ''), { timeoutDuration: KEYS_TIMEOUT })
        : new TextEncoder().encode(secret);
    this.#options = {
      // Never what a token itself asks for: a public key must not be taken for a secret.
      algorithms: secret === undefined ? ['ES256', 'RS256', 'EdDSA', 'Ed25519'] : ['HS256'],
      ...(issuer === undefined ? {} : { issuer }),
      audience,
      clockTolerance,
      requiredClaims: ['sub', 'exp'],
    };
  }

  /** @throws {Refusal} `not_signed_in`; `remote_unavailable` if the keys could not be had. */
  async of(request: Request): Promise<Identity> {
    const token = await this.#tokenOf(request);
    if (token === undefined || token.length > LONGEST_TOKEN) throw notSignedIn();
    const sub = await this.#subjectOf(token);
    if (typeof sub !== 'string' || sub === '') throw notSignedIn();
    return { sub, token };
  }

  async #subjectOf(token: string): Promise<unknown> {
    const key = this.#key;
    try {
      const verified =
        typeof key === 'function'
          ? await jwtVerify(token, key, this.#options)
          : await jwtVerify(token, key, this.#options);
      return verified.payload.sub;
    } catch (error) {
      if (error instanceof errors.JOSEError && OF_THE_TOKEN.includes(error.code)) throw notSignedIn();
      if (error instanceof Error) this.#settings.onError(error);
      throw new Refusal('remote_unavailable', 'The keys of the auth server could not be had.');
    }
  }

  async #tokenOf(request: Request): Promise<string | undefined> {
    const authorization = request.headers.get('authorization');
    if (authorization !== null) return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    const { cookieToken } = this.#settings;
    if (cookieToken === undefined || !request.headers.has('cookie') || !this.#isOwn(request))
      return undefined;
    const token = await cookieToken(request);
    return typeof token === 'string' ? token : undefined;
  }

  /** Whether a page of the site's own has sent it: browsers add cookies to whatever any page sends. */
  #isOwn(request: Request): boolean {
    const { headers } = request;
    const origin = headers.get('origin');
    if (origin === null) {
      // Browsers leave the origin out of what a page reads from its own, and say so here; no page can.
      return request.method === 'GET' && headers.get('sec-fetch-site') === 'same-origin';
    }
    const { origins } = this.#settings;
    if (origins !== undefined) return origins.includes(origin);
    const host = headers.get('x-forwarded-host')?.split(',')[0]?.trim() ?? headers.get('host');
    return URL.canParse(origin) && new URL(origin).host === (host ?? new URL(request.url).host);
  }
}
