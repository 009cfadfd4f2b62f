/** AES-GCM by a key that no script can read. The initialization vector, random for each, stands before what is encrypted. */

const vectorBytes = 12;
const algorithm = (iv, additionalData) => ({ name: 'AES-GCM', iv, additionalData });

/** A new key. Rejects where the page is not in a secure context. */
export const makeKey = () =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);

/** Whether this is such a key. */
export const isKey = (key) =>
  key instanceof CryptoKey &&
  key.algorithm.name === 'AES-GCM' &&
  key.usages.includes('decrypt') &&
  !key.extractable;

/** `about` is what it is about: only who says the same reads it. */
export async function encrypted(key, bytes, about) {
  const iv = crypto.getRandomValues(new Uint8Array(vectorBytes));
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm(iv, about), key, bytes));
  const whole = new Uint8Array(vectorBytes + sealed.length);
  whole.set(iv);
  whole.set(sealed, vectorBytes);
  return whole;
}

/** Rejects for what this key has not encrypted, or not about this. */
export async function decrypted(key, whole, about) {
  const [iv, sealed] = [whole.subarray(0, vectorBytes), whole.subarray(vectorBytes)];
  return new Uint8Array(await crypto.subtle.decrypt(algorithm(iv, about), key, sealed));
}
