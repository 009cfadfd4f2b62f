// Before a build: what the compiler made of sources that may be gone. The snapshot stays, it says itself whether it is current.
import { readdirSync, rmSync } from 'node:fs';

const folder = new URL('dist/', import.meta.url);
try {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith('snapshot-')) rmSync(new URL(name, folder), { recursive: true });
  }
} catch (cause) {
  if (cause.code !== 'ENOENT') throw cause;
}
