import { init, RealtimeSubscriptionManager } from '@wedsync/dashboard';

function show(name: string, text: string) {
  const element = document.querySelector(`[data-testid="${name}"]`);
  if (element) element.textContent = text;
}

const manager = new RealtimeSubscriptionManager({ url: 'http://127.0.0.1:9', key: 'key' });
show('state', manager.getConnectionStatus() ? 'connected' : 'not connected');
init().then(
  () => show('module', 'loaded'),
  (error: unknown) => show('module', String(error)),
);
