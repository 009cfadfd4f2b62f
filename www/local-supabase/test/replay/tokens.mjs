import { SignJWT } from 'jose';

const label = /\bjwt-(?<role>[a-z_]+)(?:-(?<user>alice|bob))?-exp(?<expiry>none|\d+)\b/g;

const users = {
  alice: '11111111-1111-4111-8111-111111111111',
  bob: '22222222-2222-4222-8222-222222222222',
};

/**
 * The tokens of one replay. A label always becomes the same token, signed when it is first used: then it is as long
 * valid, or as long expired, as it was at that moment of the recording.
 */
export class Tokens {
  #secret;
  #startedMs;
  #made = new Map();

  constructor(secret, startedMs) {
    this.#secret = secret;
    this.#startedMs = startedMs;
  }

  /** Replaces the labels in what a client sent at a moment of the recording. */
  async replace(text, { at, step }) {
    const hasWrongSignature = /wrong.signature/.test(step);
    const replacements = new Map();
    for (const { 0: name, groups } of text.matchAll(label)) {
      const key = `${name} ${hasWrongSignature}`;
      if (!this.#made.has(key)) this.#made.set(key, await this.#sign(groups, at, hasWrongSignature));
      replacements.set(name, this.#made.get(key));
    }
    return text.replace(label, (name) => replacements.get(name));
  }

  #sign({ role, user, expiry }, at, hasWrongSignature) {
    const token = new SignJWT({
      ...(role === 'norole' ? {} : { role }),
      ...(user === undefined ? {} : { sub: users[user] }),
    }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' });
    if (expiry !== 'none') {
      const secondsLeft = Number(expiry) - (this.#startedMs + at) / 1000;
      token.setExpirationTime(Math.floor(Date.now() / 1000 + secondsLeft));
    }
    const secret = hasWrongSignature ? `${this.#secret}, but wrong` : this.#secret;
    return token.sign(new TextEncoder().encode(secret));
  }
}
