/** The name of the cache for what the router was answered by a build. */
export function rscCache(build: string): string {
  return `wedsync-rsc-${build}`;
}

/**
 * Keeps an answer to the router only if it is one, and the server allows it to be stored: what may hold a user's data is `no-store`, and
 * a page is no payload.
 */
export async function isStorable({ response }: { response: Response }): Promise<Response | null> {
  const type = response.headers.get('content-type') ?? '';
  const rule = response.headers.get('cache-control') ?? '';
  return response.status === 200 && type.startsWith('text/x-component') && !/no-store|private/.test(rule)
    ? response
    : null;
}
