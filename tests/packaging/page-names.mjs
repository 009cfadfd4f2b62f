/* What `inPage` gives its programs in the page, by the names that they have there. */

/** The package. @type {any} */
export const wedsync = undefined;
/** A manager's. @type {any} */
export const options = undefined;
/** The error that a promise is rejected with. @type {(promise: Promise<unknown>) => Promise<any>} */
export const failure = async () => undefined;
/** The next event of this name. @type {(manager: any, name: string) => Promise<any>} */
export const event = async () => undefined;
