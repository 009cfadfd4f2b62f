/** Something the person who starts the backend can put right. Its message is one sentence. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** The text of anything that was thrown. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
