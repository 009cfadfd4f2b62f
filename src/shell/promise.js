/** Does `work` in a later turn, and tells once how it ended: `told(true, value)` or `told(false, reason)`. */
export function settle(work, told) {
  Promise.resolve()
    .then(() => work?.())
    .then(
      (value) => told(true, value),
      (reason) => told(false, reason),
    );
}
