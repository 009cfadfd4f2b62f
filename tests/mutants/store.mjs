// Mistakes in the store that its simulation has to find, each one change of a source file. `text` occurs there exactly once.

/** @type {import('./mutants.mjs').Mutant[]} */
export const storeMutants = [
  {
    name: 'a leader that goes by what it was told, not by the epoch in the log',
    file: 'src/core/store/telling.rs',
    text: 'if self.is_leading() && epoch > self.epoch {',
    replacement: 'if self.is_leading() && epoch > self.epoch && false {',
  },
  {
    name: 'a compaction that does not look for a newer epoch in its transaction',
    file: 'src/core/store/operation.rs',
    text: 'if *found != self.head || newest > self.through || first > self.first {',
    replacement: 'if *found != self.head || first > self.first {',
  },
  {
    name: 'what is written while the removal before it is dropped, forgotten with it',
    file: 'src/core/store/index.rs',
    text: 'is_some_and(|slot| slot.segment <= last)',
    replacement: 'is_some()',
  },
  {
    name: 'a compaction that brings back what was emptied meanwhile',
    file: 'src/core/store/operation.rs',
    text: ' || first > self.first {',
    replacement: ' {',
  },
  {
    name: 'an index of a log that another tab has emptied',
    file: 'src/core/store/reading.rs',
    text: 'if slice.first > database.building',
    replacement: 'if false && slice.first > database.building',
  },
  {
    name: 'an index that outlives the generation it was built in',
    file: 'src/core/store/reading.rs',
    text: 'if known.generation != head.generation && !is_fresh {',
    replacement: 'if known.generation != head.generation && !is_fresh && false {',
  },
  {
    name: 'an acknowledgement before the commit',
    file: 'src/core/store/writing.rs',
    text: '        self.wait(now, call);\n        self.timers.set(Timer::Flush, now);\n',
    replacement:
      '        self.settle(call, Outcome::Durable);\n        self.timers.set(Timer::Flush, now);\n',
  },
  {
    name: 'a spill that is emptied before the outbox has everything',
    file: 'src/core/store/spilling.rs',
    text: 'outbox.link != Link::Ready || outbox.queue.iter().any(|group| is_own(group))',
    replacement: 'outbox.link != Link::Ready || outbox.queue.iter().any(|group| is_own(group)) && false',
  },
  {
    name: 'a spill that is overtaken by what comes later',
    file: 'src/core/store/appending.rs',
    text: '        for group in &database.queue {\n',
    replacement:
      '        for group in database.queue.iter().filter(|group| !group.is_spilled).chain(database.queue.iter().filter(|group| group.is_spilled)) {\n',
  },
  {
    name: 'removals that are forgotten before a spill with what they remove is merged',
    file: 'src/core/store/compacting.rs',
    text: '(of.number > 0 && database.index.has_seen(of)) || self.round.is_settled(now, segment)',
    replacement: 'of.number < u64::MAX || self.round.is_settled(now, segment)',
  },
  {
    name: 'removals that are forgotten although the log has what they hide',
    file: 'src/core/store/index.rs',
    text: '                    *hides = true;\n',
    replacement: '                    *hides = false;\n',
  },
  {
    name: 'a compaction that forgets whose entries it has dropped',
    file: 'src/core/store/compacting.rs',
    text: 'if !(is_start && self.round.is_long_gone(now, last.origin)) {',
    replacement: 'if is_start && self.round.is_long_gone(now, last.origin) {',
  },
  {
    name: 'a compaction in the middle of the log that drops removals',
    file: 'src/core/store/compacting.rs',
    text: 'if !*hides && is_start && self',
    replacement: 'if !*hides && self',
  },
  {
    name: 'a wipe that a second tab undoes',
    file: 'src/core/store/opening.rs',
    text: 'return self.outlived(mark.unwrap_or(0));',
    replacement: 'return self.move_to(now, mark.unwrap_or(0));',
  },
  {
    name: 'a wipe that is not noticed by who opens meanwhile',
    file: 'src/core/store/opening.rs',
    text: 'if mark.is_some_and(|mark| mark > self.incarnation) {',
    replacement: 'if mark.is_some_and(|mark| mark > self.incarnation) && false {',
  },
  {
    name: 'what was left by a wipe and nobody deletes',
    file: 'src/core/store/orphans.rs',
    text: 'if !sweep.is_empty() && self.sweep.is_none() {',
    replacement: 'if !sweep.is_empty() && self.sweep.is_some() {',
  },
  {
    name: 'entries that count again when they are appended again',
    file: 'src/core/store/index.rs',
    text: '            if self.has_seen(entry.id) {\n',
    replacement: '            if self.has_seen(entry.id) && false {\n',
  },
  {
    name: "a former leader's acts that count",
    file: 'src/core/store/index.rs',
    text: 'let is_counted = segment.epoch == 0 || segment.epoch >= self.epoch;',
    replacement: 'let is_counted = segment.epoch == 0 || segment.epoch >= self.epoch || true;',
  },
  {
    name: "a former leader's acts that are acknowledged",
    file: 'src/core/store/appending.rs',
    text: '            if group.epoch == 0 {\n                settle',
    replacement: '            if group.epoch < u64::MAX {\n                settle',
  },
  {
    name: 'a leader that begins without a record of its epoch',
    file: 'src/core/store/telling.rs',
    text: 'database.is_newer || database.index.epoch >= epoch {',
    replacement: 'database.is_newer || database.index.epoch < epoch {',
  },
  {
    name: 'a database of the same name that is taken for the former one',
    file: 'src/core/store/reading.rs',
    text: '        } else if is_other {\n',
    replacement: '        } else if is_other && false {\n',
  },
  {
    name: 'what was committed and not read yet, lost with its database',
    file: 'src/core/store/rebuilding.rs',
    text: 'for groups in [committed, queued] {',
    replacement: 'for groups in [queued] {',
  },
  {
    name: 'what is spilled and counts as such although the spill is gone',
    file: 'src/core/store/rebuilding.rs',
    text: '                group.is_spilled &= group.orphan.is_some();\n',
    replacement: '',
  },
  {
    name: "a dead tab's spill that is deleted before it is merged",
    file: 'src/core/store/orphans.rs',
    text: ' || is_left || is_reading {',
    replacement: ' || is_reading {',
  },
  {
    name: "dead tabs' spills that nobody merges",
    file: 'src/core/store/orphans.rs',
    text: 'if origin != self.origin && !live.contains(&origin) {',
    replacement: 'if origin != self.origin && !live.contains(&origin) && false {',
  },
  {
    name: 'what is refused although it may have been stored',
    file: 'src/core/store/opening.rs',
    text: '                group.is_doubtful |= flight.groups.contains(&group.id);\n',
    replacement: '',
  },
  {
    name: 'an answer that never comes and is waited for',
    file: 'src/core/store/asking.rs',
    text: 'self.timers.set(Timer::Deadline(id), now.after(patience));',
    replacement: 'self.timers.set(Timer::Deadline(id), now.after(patience + 1_000_000_000));',
  },
  {
    name: 'calls that wait as long as no database takes what they write',
    file: 'src/core/store/writing.rs',
    text: '            self.end_call(call);\n',
    replacement: '',
  },
  {
    name: 'what others have written, noticed only when they say so',
    file: 'src/core/store/checking.rs',
    text: 'if self.is_ready(kind) && kind != Kind::Epoch {',
    replacement: 'if self.is_ready(kind) && kind == Kind::Epoch {',
  },
  {
    name: 'a wipe that spares only what this tab knows of',
    file: 'src/core/store/sparing.rs',
    text: '            self.read(now, Kind::Outbox, DEADLINE);\n',
    replacement: '',
  },
  {
    name: 'a wipe that spares nothing of what is spilled',
    file: 'src/core/store/sparing.rs',
    text: '                && incarnation == self.incarnation\n',
    replacement: '                && incarnation != self.incarnation\n',
  },
  {
    name: 'an epoch that is drawn twice',
    file: 'src/core/store/telling.rs',
    text: '        self.drawing = Some(above);\n',
    replacement: '        self.drawing = Some(above);\n        return self.tell_epoch(Some(above + 1));\n',
  },
];
