// Mistakes that the simulation of whole dashboards has to find, each one change of a source file. `text` occurs there exactly
// once.

/** @type {import('./mutants.mjs').Mutant[]} */
export const dashboardsMutants = [
  {
    name: 'what is asked for again before it is told to have failed, and is ended with what failed',
    file: 'src/core/tabs/following.rs',
    text: ' && !self.is_begun_again(&news, after) {',
    replacement: ' {',
  },
  {
    name: 'what is begun again and has lost its callback',
    file: 'src/core/tabs/following.rs',
    text: '            Body::DropSlot(slot) if self.own.wants.has_slot(slot) => {}\n',
    replacement: '',
  },
  {
    name: 'what is asked for again before it is told to be refused, and is ended with what was refused',
    file: 'src/core/tabs/wants.rs',
    text: '            if self.list.get_mut(at).is_some_and(Want::begin_again) {',
    replacement: '            if false {',
  },
  {
    name: 'what has failed and stands beneath what took its place',
    file: 'src/core/tabs/wants.rs',
    text: '            if want.has_failed() {\n                self.remove(id);\n            } else if want.sub',
    replacement: '            if !want.has_failed() && want.sub',
  },
];
