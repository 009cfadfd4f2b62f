import { partDefault, sentencesIn } from './sentences.mjs';

/** @typedef {import('./schemas.mjs').Schema} Schema */

/**
 * The tables of the guides, by name.
 * @param {Record<string, any>} options what `loadOptions` gives
 * @returns {Record<string, string>}
 */
export function optionTables(options) {
  return {
    ...tablesOfRealtime(options),
    ...tablesOfServices(options),
    ...tablesOfCache(options),
    ...tablesOfServer(options),
  };
}

/** @param {Record<string, any>} options */
function tablesOfRealtime({ manager, subscription, presence, delivery, http, place }) {
  const { broadcasts, table, schema, many } = subscription.subscriptions;
  const manages = {
    ...sentencesIn('manager', 'const project ='),
    supabase: sentencesIn('manager', 'const fromClient =').supabase ?? '',
    ...sentencesIn('manager', 'const behaviour ='),
  };
  const common = {
    ...sentencesIn('subscription', 'const commonEntries ='),
    ...sentencesIn('subscription', 'const deliveryEntries ='),
  };
  return {
    manager: tableOf(manager.managerOptions, manages),
    subscription: tableOf(broadcasts, common),
    broadcasts: tableOf(broadcasts, sentencesIn('broadcasts', 'export const broadcastEntries =')),
    replay: tableOf(schemaIn(broadcasts, 'replay'), sentencesIn('broadcasts', 'const replay =')),
    table: tableOf(table, sentencesIn('changes', 'export function tableEntries')),
    schema: tableOf(schema, { schema: sentencesIn('changes', 'export const schemaEntries =').schema ?? '' }),
    changes: tableOf(many, sentencesIn('changes', 'export function manyEntries')),
    presence: tableOf(presence.named, sentencesIn('presence', 'export const named =')),
    delivery: tableOf(delivery.latest, sentencesIn('delivery', 'export const latest =')),
    httpSend: tableOf(http.httpSendOptions, sentencesIn('http', 'const entries =')),
    init: tableOf(place.initOptions, sentencesIn('place', 'const entries =')),
  };
}

/** @param {Record<string, any>} options */
function tablesOfServices({ breaker, retry, policy, service, health }) {
  const { breakerOptions } = breaker;
  return {
    breaker: tableOf(breakerOptions, sentencesIn('breaker', 'const entries =')),
    detector: tableOf(
      schemaIn(breakerOptions, 'detector'),
      sentencesIn('breaker', 'const detectorEntries ='),
    ),
    retry: tableOf(retry.retryOptions, sentencesIn('retry', 'const entries =')),
    policy: tableOf(policy.policyOptions, sentencesIn('policy', 'export const policyEntries =')),
    service: tableOf(service.serviceOptions, sentencesIn('service', 'const entries =')),
    check: tableOf(health.checkOptions, sentencesIn('health', 'const entries =')),
  };
}

/** @param {Record<string, any>} options */
function tablesOfCache({ cache }) {
  return {
    cache: tableOf(cache.cacheOptions, sentencesIn('cache', 'const settings =')),
    keeping: tableOf(cache.cacheKeepOptions, sentencesIn('cache', 'const keeping =')),
    fetching: tableOf(cache.cacheFetchOptions, sentencesIn('cache', 'const fetching =')),
  };
}

/** @param {Record<string, any>} options */
function tablesOfServer({ server: { cacheHandlerOptions } }) {
  const of = (/** @type {string} */ name, /** @type {string} */ entries) =>
    tableOf(schemaIn(cacheHandlerOptions, name), sentencesIn('server', `const ${entries} =`));
  return {
    cacheHandler: tableOf(cacheHandlerOptions, sentencesIn('server', 'const entries =')),
    cacheAuth: of('auth', 'tokenEntries'),
    cacheCookie: of('cookie', 'cookieEntries'),
    cacheRedis: of('redis', 'redisEntries'),
  };
}

/** @param {Schema} schema @param {Record<string, string>} sentences of the options to show, in their order */
function tableOf(schema, sentences) {
  const rows = Object.entries(sentences).map(([name, sentence]) => {
    const option = schema.entries?.[name];
    if (!option) throw new Error(`TSDoc describes "${name}", and its schema has no such option.`);
    const { written, rest } = partDefault(name, sentence, option.default);
    const isRequired = option.type !== 'optional';
    return [`\`${name}\``, expected(option), isRequired ? 'required' : written, rest].map((cell) =>
      cell.replaceAll('|', '\\|'),
    );
  });
  const lines = [['option', 'is', 'default', ''], ['---', '---', '---', '---'], ...rows];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** @param {Schema} schema @param {string} name */
function schemaIn(schema, name) {
  const option = schema.entries?.[name];
  return option?.wrapped ?? option ?? schema;
}

/**
 * What an option must be, as the message of its error says it.
 * @param {Schema} schema
 * @returns {string}
 */
function expected({ wrapped, getter, entries, message, type }) {
  if (wrapped) return expected(wrapped);
  if (getter) return expected(getter(undefined));
  if (entries) return `an object \`{ ${Object.keys(entries).join(', ')} }\``;
  // A message may add what was given instead.
  if (typeof message === 'function') return message({ input: undefined }).replace(/\..*$/, '');
  if (typeof message !== 'string') return '';
  // The guide says once what a string must be.
  if (message.endsWith('no lone surrogate')) return 'a string';
  if (type === 'picklist') return message.replaceAll(/"([^"]+)"/g, '`$1`');
  if (type !== 'number') return message;
  return message.replaceAll(/\d{4,}/g, (number) => Number(number).toLocaleString('en-GB'));
}
