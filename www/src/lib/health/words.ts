/** What a check is to a supplier. */
export interface CheckWords {
  title: string;
  /** What it is there for. */
  about: string;
  /** That it is gone. */
  unhealthy: string;
  /** That it is not as it should be. */
  degraded: string;
}

const known: Readonly<Record<string, CheckWords>> = {
  database: {
    title: 'Your data',
    about: 'Clients, bookings and activity',
    unhealthy: 'your data can’t be reached',
    degraded: 'your data come slowly',
  },
  realtime: {
    title: 'Live updates',
    about: 'Changes appear as they happen',
    unhealthy: 'live updates don’t come through',
    degraded: 'live updates come slowly',
  },
  calendar: {
    title: 'Your calendar',
    about: 'Booked, held and free days',
    unhealthy: 'your calendar can’t be read',
    degraded: 'your calendar is struggling',
  },
  payments: {
    title: 'Your payouts',
    about: 'Balance, payments and payouts',
    unhealthy: 'your payouts can’t be read',
    degraded: 'your payouts are struggling',
  },
  storage: {
    title: 'Storage',
    about: 'What this device keeps for you',
    unhealthy: 'this device keeps nothing',
    degraded: 'this device’s storage has trouble',
  },
  cache: {
    title: 'Cache',
    about: 'What was read, for the next time',
    unhealthy: 'what was read is not kept',
    degraded: 'what was read is kept in part',
  },
  space: {
    title: 'Space',
    about: 'Room for what this device keeps',
    unhealthy: 'this device has no room left',
    degraded: 'this device has little room left',
  },
  session: {
    title: 'Sign-in',
    about: 'Proves to the server who you are',
    unhealthy: 'your sign-in is not renewed',
    degraded: 'your sign-in is not renewed',
  },
  clock: {
    title: 'Clock',
    about: 'This device’s time beside the server’s',
    unhealthy: 'this device’s clock is wrong',
    degraded: 'this device’s clock is off',
  },
  heartbeats: {
    title: 'Heartbeats',
    about: 'What keeps the connection’s time',
    unhealthy: 'heartbeats fail',
    degraded: 'heartbeats come late',
  },
};

/** The checks of this device, in their order: how long one takes to answer says nothing. */
export const deviceChecks: readonly string[] = [
  'storage',
  'cache',
  'space',
  'session',
  'clock',
  'heartbeats',
];

/** The words for a check; one that the application does not know goes by its name. */
export function checkWords(name: string): CheckWords {
  return (
    known[name] ?? {
      title: name,
      about: 'Another check',
      unhealthy: `${name} fails`,
      degraded: `${name} is struggling`,
    }
  );
}
