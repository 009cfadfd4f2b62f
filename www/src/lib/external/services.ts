/** The services of other companies that a supplier's dashboard shows something of. */
export const serviceNames = ['calendar', 'payments'] as const;

export type ServiceName = (typeof serviceNames)[number];

/** Where a service answers and the key for it, or the sentence that says why it cannot be asked. */
export type ServiceSettings =
  | { problem: null; url: string; key: string }
  | { problem: string; url: null; key: null };

const titles: Readonly<Record<ServiceName, string>> = {
  calendar: 'The calendar',
  payments: 'The payments provider',
};

export function isServiceName(name: string | null): name is ServiceName {
  return (serviceNames as readonly (string | null)[]).includes(name);
}

/** Whether this deployment is meant to use the service. */
export function isWanted(name: ServiceName, environment: Record<string, string | undefined>): boolean {
  const [url, key] = variables(name);
  return Boolean(environment[url] || environment[key]);
}

/** Reads a service's settings, `CALENDAR_URL` and `CALENDAR_KEY` for example. */
export function readService(
  name: ServiceName,
  environment: Record<string, string | undefined>,
): ServiceSettings {
  const [urlName, keyName] = variables(name);
  const url = environment[urlName];
  const key = environment[keyName];
  const fail = (problem: string): ServiceSettings => ({ problem, url: null, key: null });

  if (!url && !key) return fail(`${titles[name]} is not set up. Set ${urlName} and ${keyName}, and restart.`);
  if (!url) return fail(`${urlName} is not set. Set it to the service’s address and restart.`);
  const protocol = URL.canParse(url) ? new URL(url).protocol : null;
  if (protocol !== 'http:' && protocol !== 'https:') {
    return fail(`${urlName} is not a web address. Set it to https://… and restart.`);
  }
  if (!key) return fail(`${keyName} is not set. Set it to the service’s key and restart.`);
  if (!/^[\x21-\x7e]+$/.test(key)) {
    return fail(`${keyName} has characters that no key has, a space or a line break for example.`);
  }
  return { problem: null, url: url.replace(/\/+$/, ''), key };
}

function variables(name: ServiceName): [url: string, key: string] {
  const prefix = name.toUpperCase();
  return [`${prefix}_URL`, `${prefix}_KEY`];
}
