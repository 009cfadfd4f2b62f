type Fetch = typeof fetch;

let through: { rest: string; fetch: Fetch } | null = null;

/**
 * What supabase-js sends its requests with. The client is there before the dashboard, which is made of it: until then, and once the
 * dashboard is closed, this is the browser's own `fetch`. Only what is asked of the database goes through the dashboard. Sign-in is
 * another service: that it fails says nothing of the database, and a breaker of the database's must not keep anybody from it.
 */
export const databaseFetch: Fetch = (input, init) => {
  const present = through;
  return present && addressOf(input).startsWith(present.rest)
    ? present.fetch(input, init)
    : fetch(input, init);
};

/**
 * From now on requests to the database of this project go through `via`, until the function that is returned is called.
 *
 * @param url the project's, without a slash at its end
 */
export function sendDatabaseThrough(url: string, via: Fetch): () => void {
  const own = { rest: `${url}/rest/`, fetch: via };
  through = own;
  return () => {
    if (through === own) through = null;
  };
}

function addressOf(input: Parameters<Fetch>[0]): string {
  return input instanceof Request ? input.url : String(input);
}
