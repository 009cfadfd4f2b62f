import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

let found: Promise<readonly string[] | null> | undefined;

/** The hashes of the inline scripts of the offline shell, for its policy; `null` where it is not built, as in development. */
export function shellScripts(): Promise<readonly string[] | null> {
  found ??= read();
  return found;
}

async function read(): Promise<readonly string[] | null> {
  if (process.env.NODE_ENV === 'development') return null;
  const html = await readFile(join(process.cwd(), '.next/server/app/offline-shell.html'), 'utf8').catch(
    () => null,
  );
  return html === null ? null : inlineScriptHashes(html);
}

/** The SHA-256 of each inline script, as a policy names it. */
export function inlineScriptHashes(html: string): string[] {
  const scripts = html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g);
  return [
    ...new Set(
      [...scripts].map(([, text = '']) => `sha256-${createHash('sha256').update(text).digest('base64')}`),
    ),
  ];
}
