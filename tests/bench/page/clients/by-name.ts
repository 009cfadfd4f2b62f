import { loadOurs, loadPeer } from '../load.js';
import type { Connect } from './client.js';

/** The clients that a driver may ask a page to connect. */
export type ClientName = 'ours' | 'realtime-js' | 'minimal router';

export async function clientNamed(name: ClientName): Promise<Connect> {
  switch (name) {
    case 'ours':
      return (await loadOurs(() => import('./ours.js'))).connectOurs;
    case 'realtime-js':
      return (await loadPeer('@supabase/realtime-js', () => import('./realtime-js.js'))).connectRealtimeJs;
    case 'minimal router':
      return (await import('./minimal-router.js')).connectMinimalRouter;
  }
}
