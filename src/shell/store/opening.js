/**
 * Makes the object stores of a new database and puts its head there. Without a head there shall be no new one. Gives a
 * function that says whether one was made.
 */
export function prepare(request, head) {
  let wasMade = false;
  request.onupgradeneeded = ({ oldVersion }) => {
    const { result, transaction } = request;
    // Aborted, a database that was not there before is not there after.
    if (head === undefined) return transaction.abort();
    // There is no older version than the first.
    if (oldVersion > 0) return;
    result.createObjectStore('segments', { autoIncrement: true });
    result.createObjectStore('manifest').put(head, 0);
    wasMade = true;
  };
  return () => wasMade;
}
