// Mistakes that the simulation has to find, each one change of a source file. `text` occurs there exactly once.

/** @typedef {{ name: string, file: string, text: string, replacement: string }} Mutant */

/** @type {Mutant[]} */
export const mutants = [
  {
    name: 'a heartbeat that never times out',
    file: 'src/core/realtime/link.rs',
    text: '            Overdue::Silent\n        }',
    replacement: '            Overdue::Alive\n        }',
  },
  {
    name: 'a dead link that any frame of long ago proves alive after sleep',
    file: 'src/core/realtime/liveness.rs',
    text: 'self.beat.is_none_or(|beat| self.heard > beat.sent.after(UNREAD))',
    replacement: 'self.beat.is_none_or(|beat| self.heard >= beat.sent)',
  },
  {
    name: 'frames that count as heard when the client is told of them, not when they came',
    file: 'src/core/pump.rs',
    text: 'self.client.hear(now, socket, at.min(now), frames);',
    replacement: 'self.client.hear(now, socket, at.max(now), frames);',
  },
  {
    name: 'a search for the way back that ends when a socket opens',
    file: 'src/core/client/connection.rs',
    text: '        self.stats.connections += 1;\n        self.token',
    replacement: '        self.stats.connections += 1;\n        self.found_way();\n        self.token',
  },
  {
    name: 'a successor that joins while the old socket may still answer',
    file: 'src/core/client/connection.rs',
    text: 'Opened::Beside { is_given_up: true } => self.ask_anyway(now, Doubt::Return),',
    replacement: 'Opened::Beside { .. } => self.take_over(now),',
  },
  {
    name: 'an old socket that answers and is thrown away',
    file: 'src/core/client/liveness.rs',
    text: '        if !self.link.is_trusted() {\n            self.resumed(now);',
    replacement: '        if !self.link.is_trusted() && false {\n            self.resumed(now);',
  },
  {
    name: 'a join of which an outage saw nothing said to have missed nothing',
    file: 'src/core/client/liveness.rs',
    text: 'let has_outlived = channel.outlives == Some(reference);',
    replacement: 'let has_outlived = channel.outlives == Some(reference) || true;',
  },
  {
    name: 'a visible page that asks as rarely as a hidden one',
    file: 'src/core/realtime/link.rs',
    text: 'let quiet = if is_attentive {',
    replacement: 'let quiet = if is_attentive && false {',
  },
  {
    name: 'joins that are tried before their limit is over because the page was put away',
    file: 'src/core/client/connection.rs',
    text: '        self.heed_limits(now);\n',
    replacement: '',
  },
  {
    name: 'a timer that sleep held up taken for silence',
    file: 'src/core/realtime/link.rs',
    text: 'if late > ASLEEP || (late > LATE && !self.is_excused) {',
    replacement: 'if late > ASLEEP + 5_000_000 {',
  },
  {
    name: 'a heartbeat that makes no allowance for refused joins',
    file: 'src/core/realtime/liveness.rs',
    text: 'const LONGEST_SILENCE: u64 = 30_000;',
    replacement: 'const LONGEST_SILENCE: u64 = 0;',
  },
  {
    name: 'jitter removed',
    file: 'src/core/resilience/backoff.rs',
    text: 'self.last = least + rng.up_to(ceiling - least);',
    replacement: 'self.last = ceiling + 0 * rng.up_to(least);',
  },
  {
    name: 'a backoff that never grows',
    file: 'src/core/resilience/backoff.rs',
    text: 'self.attempt = self.attempt.saturating_add(1);',
    replacement: '',
  },
  {
    name: 'an attempt to connect that waits for ever',
    file: 'src/core/client.rs',
    text: 'Timer::Connect => self.connect_timed_out(now),',
    replacement: 'Timer::Connect => {}',
  },
  {
    name: 'a network that is back and does not hurry the link',
    file: 'src/core/client.rs',
    text: 'self.is_offline = false;\n                self.hurry(now);',
    replacement: 'self.is_offline = false;',
  },
  {
    name: 'a rejoin that keeps the old reference',
    file: 'src/core/client/joining.rs',
    text: '        let reference = self.next_reference();\n        let since',
    replacement: '        let reference = crate::core::realtime::frame::Reference(7);\n        let since',
  },
  {
    name: 'a join that does not wait for its token',
    file: 'src/core/client/joining.rs',
    text: 'if !self.token.is_ready(now) {',
    replacement: 'if false {',
  },
  {
    name: 'a channel that joins at once after it was told to slow down',
    file: 'src/core/client/joining.rs',
    text: '=> slow_down(&mut self.rng),',
    replacement: '=> jitter,',
  },
  {
    name: 'joins without a pace',
    file: 'src/core/client/joining.rs',
    text: 'if !self.pace.take(now) {',
    replacement: 'if !self.pace.take(now) && false {',
  },
  {
    name: 'a user who may not have a channel and who asks for it again',
    file: 'src/core/realtime/remedy.rs',
    text: '("Unauthorized", Remedy::GiveUp),',
    replacement: '("Unauthorized", Remedy::Retry),',
  },
  {
    name: 'a join whose answer is awaited for ever',
    file: 'src/core/client.rs',
    text: 'Timer::Join(topic) => self.join_timed_out(now, &topic),',
    replacement: 'Timer::Join(_) => {}',
  },
  {
    name: 'the end of an earlier join taken for the end of this one',
    file: 'src/core/realtime/channel.rs',
    text: '"phx_close" | "phx_error" if of_this_join || (unsaid && frame.reference == current) => {',
    replacement: '"phx_close" | "phx_error" if current.is_some() => {',
  },
  {
    name: 'a subscription called live before the database is',
    file: 'src/core/realtime/channel.rs',
    text: 'if awaited.changes || awaited.replication {',
    replacement: 'if awaited.replication {',
  },
  {
    name: 'a channel that nobody wants any more and that is not left',
    file: 'src/core/client/channels.rs',
    text: '            self.leave(topic);\n            if let Some(mut channel)',
    replacement: '            if let Some(mut channel)',
  },
  {
    name: 'routes that outlive their subscription',
    file: 'src/core/client/channels.rs',
    text: '            self.drop_routes(topic);\n',
    replacement: '',
  },
  {
    name: 'a new token that channels are not told of',
    file: 'src/core/client/tokens.rs',
    text: '            self.push_token();\n',
    replacement: '',
  },
  {
    name: 'a gap that the application is not told of',
    file: 'src/core/client/subscribing.rs',
    text: '        if again {',
    replacement: '        if again && false {',
  },
  {
    name: 'presence that is not told again after a rejoin',
    file: 'src/core/client/joining.rs',
    text: '            channel.tracking.rejoined();\n',
    replacement: '',
  },
  {
    name: 'a replay from the join on, not from the last certain moment',
    file: 'src/core/client/joining.rs',
    text: '(epoch + until.since(at)).saturating_sub(at.since(until)).saturating_sub(REPLAY_MARGIN)',
    replacement: 'epoch + 0 * until.since(at) * REPLAY_MARGIN',
  },
  {
    name: 'a replay that brings again what was delivered',
    file: 'src/core/client/routing.rs',
    text: 'deduplicate: channel.config.replay.is_some()',
    replacement: 'deduplicate: false',
  },
  {
    name: 'a socket that nobody needs and that stays',
    file: 'src/core/client.rs',
    text: 'Timer::Idle => self.idle(now),',
    replacement: 'Timer::Idle => {}',
  },
];
