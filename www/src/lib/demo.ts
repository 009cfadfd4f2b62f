/** Whom the sign-in page offers in a demonstration. */
export interface Demo {
  /** Everybody's. */
  password: string;
  users: { name: string; email: string; work: string }[];
}

/** Reads `WEDSYNC_DEMO`, the JSON that `npm run demo` sets; `null` for what is no such thing. */
export function parseDemo(text: string): Demo | null {
  try {
    const demo: Demo = JSON.parse(text);
    const texts = [demo.password, ...demo.users.flatMap(({ name, email, work }) => [name, email, work])];
    return texts.every((part) => typeof part === 'string') ? demo : null;
  } catch {
    return null;
  }
}
