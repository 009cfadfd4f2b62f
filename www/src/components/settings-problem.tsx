import { Unplug } from 'lucide-react';
import { FullPage } from './full-page';
import { StateMessage } from './state-message';

/** Shown instead of every page while the deployment has no backend. */
export function SettingsProblem({ problem }: { problem: string }) {
  return (
    <FullPage>
      <StateMessage icon={Unplug} level={1} title="This app has no backend yet" urgent>
        {problem}
      </StateMessage>
    </FullPage>
  );
}
