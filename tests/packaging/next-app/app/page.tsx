import { DashboardError, RealtimeSubscriptionManager } from '@wedsync/dashboard';
import { DashboardProvider } from '@wedsync/dashboard/react';
import { Live } from './live';

// A page that is rendered anew for each request, so that the package also runs in the server's own process.
export const dynamic = 'force-dynamic';

const options = { url: 'http://127.0.0.1:9', key: 'key' };

export default function Page() {
  const manager = new RealtimeSubscriptionManager(options);
  return (
    <main>
      <p data-testid="server">
        {typeof DashboardError}, {manager.getConnectionStatus() ? 'connected' : 'not connected'}
      </p>
      <DashboardProvider options={options}>
        <Live />
      </DashboardProvider>
    </main>
  );
}
