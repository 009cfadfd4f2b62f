// Mistakes that the tables and properties of breakers, retries and health have to find, each one change of a source file. `text`
// occurs there exactly once.

/** @type {import('./mutants.mjs').Mutant[]} */
export const policiesMutants = [
  {
    name: 'a late failure from before the breaker opened, which counts again',
    file: 'src/core/resilience/breaker.rs',
    text: '        if permit.0 != self.generation {',
    replacement: '        if permit.0 > self.generation {',
  },
  {
    name: 'a Retry-After that shortens the time the breaker is open',
    file: 'src/core/resilience/breaker.rs',
    text: '.max(*until);\n            }\n            return;',
    replacement: ';\n            }\n            return;',
  },
  {
    name: 'a tab that tells what another has told it as if it were its own open time',
    file: 'src/core/resilience/breaker.rs',
    text: '        if reason != Reason::Elapsed {\n            self.changed = Some(now);\n            self.is_untold = reason != Reason::Shared;\n        }',
    replacement:
      '        self.is_untold = true;\n        if reason != Reason::Elapsed {\n            self.changed = Some(now);\n        }',
  },
  {
    name: "a tab that waits for another's probe after it has failed",
    file: 'src/core/resilience/breaker.rs',
    text: '                *probed = *their_probes;',
    replacement: '                *probed = (*probed).max(*their_probes);',
  },
  {
    name: 'a permit that an end which says nothing does not give back',
    file: 'src/core/resilience/breaker/phase.rs',
    text: '        self.out = out;\n',
    replacement: '        if is_alive {\n            self.out = out;\n        }\n',
  },
  {
    name: 'a time window that clears one bucket a call',
    file: 'src/core/resilience/breaker/time_window.rs',
    text: '.min(self.buckets.len() as u64);',
    replacement: '.min(1);',
  },
  {
    name: 'a Retry-After that is kept to however long it is',
    file: 'src/core/resilience/retry.rs',
    text: '.max(asked.min(self.most_retry_after));',
    replacement: '.max(asked);',
  },
  {
    name: 'a wait that ends after the deadline',
    file: 'src/core/resilience/retry.rs',
    text: '        if self.ends.is_some_and(|ends| now.after(millis) >= ends) {',
    replacement: '        if self.ends.is_some_and(|ends| now >= ends) {',
  },
  {
    name: 'a newcomer that joins a request which is aborted',
    file: 'src/core/resilience/flights.rs',
    text: ' && !flight.is_over(now, grace);',
    replacement: ';',
  },
  {
    name: 'a place in the bulkhead that is given to the one who came last',
    file: 'src/core/resilience/bulkhead.rs',
    text: '        Some(self.waiting.remove(0))',
    replacement: '        self.waiting.pop()',
  },
  {
    name: 'one success that makes a service healthy again',
    file: 'src/core/health/check.rs',
    text: '            Status::Unhealthy if self.successes < successes => return,\n',
    replacement: '',
  },
  {
    name: 'a network that the browser says is gone, and an answer does not bring back',
    file: 'src/core/health/doubt.rs',
    text: '            self.is_offline = false;\n            self.all = None;',
    replacement: '            self.all = None;',
  },
  {
    name: 'services that are blamed for a network that is gone',
    file: 'src/core/health/check.rs',
    text: ' || is_us && self.config.is_remote {',
    replacement: ' {',
  },
  {
    name: 'a service that is asked for though a call has just met it',
    file: 'src/core/health/probing.rs',
    text: ' && now.since(*at) < interval) {',
    replacement: ' && now.since(*at) < 1) {',
  },
  {
    name: 'an alert that is told again each time anything changes',
    file: 'src/core/health/alarm.rs',
    text: '                (instant(open.told.saturating_add_unsigned(reminder)), true)',
    replacement: '                (now, true)',
  },
];
