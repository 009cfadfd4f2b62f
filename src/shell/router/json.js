/** The value of a JSON text; `undefined` if it is not one value. */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Neither an array nor `null`. */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
