/** Something the user can put right. Its message is one sentence: what is wrong, and what to do. */
export class Problem extends Error {
  /**
   * @param {string} message
   * @param {{ detail?: string, exitCode?: number }} [options] `detail`: the failed tool's own last words
   */
  constructor(message, { detail = '', exitCode = 1 } = {}) {
    super(message);
    this.detail = detail;
    this.exitCode = exitCode;
  }
}

/**
 * Runs a command's `main` and turns what it throws into an exit code: a problem into its sentence, anything
 * else, which is our own fault, into a stack trace.
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (error instanceof Problem) {
      if (error.detail) console.error(indent(error.detail));
      console.error(error.message);
      process.exitCode = error.exitCode;
    } else {
      console.error(error);
      process.exitCode = 70;
    }
  }
}

/** @param {string} text */
function indent(text) {
  return text.trimEnd().replace(/^/gm, '  | ');
}
