// Mistakes that the simulation of tabs has to find, each one change of a source file. `text` occurs there exactly once.

/** @type {import('./mutants.mjs').Mutant[]} */
export const tabsMutants = [
  {
    name: 'a tab that asks for the lock once and does not queue for it',
    file: 'src/core/tabs/users.rs',
    text: '        self.tell(Output::Action(Action::Queue));\n',
    replacement: '',
  },
  {
    name: 'a leader that acts on until it learns that it lost the lock',
    file: 'src/core/tabs/election.rs',
    text: '            self.stand_down(now);\n        } else {\n            self.stand_aside(now);',
    replacement: '        } else {\n            self.stand_aside(now);',
  },
  {
    name: 'a follower that hears a leader of an earlier epoch',
    file: 'src/core/tabs/election.rs',
    text: '        if epoch < self.highest || is_former {',
    replacement: '        if is_former && false {',
  },
  {
    name: 'a frozen leader that nobody takes the lead from',
    file: 'src/core/tabs/election.rs',
    text: '        if now.since(deadline) < LATE {\n            self.is_silent = true;\n            self.steal();\n        }',
    replacement: '',
  },
  {
    name: 'a tab that slept itself and takes the lead for that',
    file: 'src/core/tabs/election.rs',
    text: '        if now.since(deadline) < LATE {\n            self.is_silent = true;',
    replacement: '        {\n            self.is_silent = true;',
  },
  {
    name: 'a hidden tab that takes the lead',
    file: 'src/core/tabs/election.rs',
    text: 'if self.depends() && self.is_visible {',
    replacement: 'if self.depends() {',
  },
  {
    name: 'an epoch that is not above those that were heard of',
    file: 'src/core/tabs/election.rs',
    text: 'self.tell(Output::Draw { membership, above: self.highest });',
    replacement: 'self.tell(Output::Draw { membership, above: 0 });',
  },
  {
    name: 'a newer build that does not take the lead',
    file: 'src/core/tabs/election.rs',
    text: 'if build < self.config.build && !self.leader.is_taken_over {',
    replacement: 'if false {',
  },
  {
    name: 'wants that are not repeated to another leader',
    file: 'src/core/tabs/following.rs',
    text: '        for command in self.replayed() {\n            self.send_to_leader(now, Body::Command(command));\n        }',
    replacement: '',
  },
  {
    name: 'a goodbye that is ignored',
    file: 'src/core/tabs/hearing.rs',
    text: '            Message::Goodbye => self.said_goodbye(now, from),',
    replacement: '            Message::Goodbye => {}',
  },
  {
    name: 'a crashed tab whose wants stay',
    file: 'src/core/tabs/leading.rs',
    text: '        self.forget(now, tab);\n        self.mind_beat(now);\n    }\n\n    /// A tab has said goodbye.',
    replacement: '        self.mind_beat(now);\n    }\n\n    /// A tab has said goodbye.',
  },
  {
    name: 'messages of another group that are heard',
    file: 'src/core/tabs/hearing.rs',
    text: 'Ok(envelope) if envelope.group != self.group_name() => self.stats.foreign += 1,',
    replacement: 'Ok(envelope) if envelope.group.is_empty() => self.stats.foreign += 1,',
  },
  {
    name: 'a message that was lost and is not sent again',
    file: 'src/core/tabs/link.rs',
    text: '                again.push((*number, body.clone()));',
    replacement: '                drop((*number, body.clone()));',
  },
  {
    name: 'what a former leader told its followers, taken for what a follower asks',
    file: 'src/core/tabs/hearing.rs',
    text: '                self.leader_says(epoch, from, hello, number, &body);',
    replacement:
      '                if matches!(self.role, Role::Leading { .. }) {\n                    self.follower_says(now, epoch, from, hello, number, &body);\n                } else {\n                    self.leader_says(epoch, from, hello, number, &body);\n                }',
  },
  {
    name: 'a message that is taken twice',
    file: 'src/core/tabs/link.rs',
    text: 'let is_next = number == self.heard + 1;',
    replacement: 'let is_next = number <= self.heard + 1;',
  },
  {
    name: 'a call that nobody settles once the leader is gone',
    file: 'src/core/tabs/calling.rs',
    text: '        let lost = self.own.take_lost();',
    replacement: '        let lost = self.own.take_lost().into_iter().take(0).collect();',
  },
  {
    name: 'a change of the leader that is told to have missed nothing',
    file: 'src/core/tabs/calling.rs',
    text: '        if is_back {',
    replacement: '        if is_back && false {',
  },
  {
    name: 'what a tab asked for before its last hello, taken for what it asks for',
    file: 'src/core/tabs/leading.rs',
    text: '        self.follower_mut(Party { tab, hello }).filter(|follower| !follower.is_frozen)',
    replacement: '        self.follower_of(tab).filter(|follower| !follower.is_frozen)',
  },
  {
    name: 'news of a subscription that was replaced, taken for news of the other',
    file: 'src/core/tabs/following.rs',
    text: 'want.is_none_or(|want| want.asked <= after)',
    replacement: 'want.is_none_or(|want| want.asked <= after || true)',
  },
  {
    name: 'a broadcast that comes back to the tab that said it',
    file: 'src/core/tabs/serving.rs',
    text: 'if from.is_none_or(|from| from.tab != tab) {',
    replacement: 'if from.is_none_or(|from| from.tab != tab) || true {',
  },
  {
    name: 'a broadcast that the other tabs on the socket do not hear',
    file: 'src/core/tabs/telling.rs',
    text: 'self.echo(now, echo);',
    replacement: 'drop(echo);',
  },
  {
    name: 'a tab that tracks no longer and is seen on',
    file: 'src/core/tabs/tracks.rs',
    text: '        let removed = self.0.remove(at);',
    replacement: '        let removed = self.0.get(at)?;',
  },
  {
    name: 'a tab that tracks no longer and takes the others with it',
    file: 'src/core/tabs/serving.rs',
    text: '            None if self.tracks.has(&topic) => self.news(',
    replacement: '            None if false => self.news(',
  },
  {
    name: 'a refused subscription that takes the place of the one that stays',
    file: 'src/core/tabs/wants.rs',
    text: '            let refused = self.list.remove(at).slot;',
    replacement: '            let Some(refused) = self.remove(&id) else { return Outcome::Stands };',
  },
  {
    name: 'a frozen tab that frames are sent to for ever',
    file: 'src/core/tabs/election.rs',
    text: '        self.look_after_followers(now);',
    replacement: '',
  },
  {
    name: 'a page that is put away and keeps its lock',
    file: 'src/core/tabs/users.rs',
    text: '        self.leave(now);\n        self.unserve(now);',
    replacement: '',
  },
  {
    name: 'a tab of a former user that stays in the group',
    file: 'src/core/tabs/users.rs',
    text: '        self.leave(now);\n        self.forget_token();\n        self.user = user;',
    replacement: '        self.user = user;',
  },
  {
    name: 'a tab that serves itself and does not begin anew for a leader that has given it up',
    file: 'src/core/tabs/following.rs',
    text: '            Role::Waiting | Role::Alone(_) => self.is_entered,',
    replacement: '            Role::Waiting => true,\n            Role::Alone(_) => false,',
  },
];
