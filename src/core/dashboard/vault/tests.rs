//! Whose values are kept, and when.

use serde_json::Value;

use super::*;
use crate::core::store::operation::{Answer, Operation, Slice};
use crate::core::store::segment::Head;

const NOW: Instant = Instant::from_millis(0);
const PROJECT: &str = "https://project.example";

fn vault(user: User) -> Vault<Value> {
    Vault::new(PROJECT, 0, user, false, Rng::new(7))
}

fn asks(vault: &mut Vault<Value>, call: u32) {
    vault.call(NOW, CallId(call), Command::Estimate);
}

fn poll(vault: &mut Vault<Value>) -> Vec<Output<Value>> {
    std::iter::from_fn(|| vault.poll()).collect()
}

/// Whose marks are read, which comes before anything is opened.
fn owners(outputs: &[Output<Value>]) -> Vec<String> {
    let prefix = |output: &Output<Value>| match output {
        Output::Store(StoreOutput::Operation { operation: Operation::ReadMarks { prefix }, .. }) => {
            Some(prefix.rsplit('/').next()?.to_owned())
        }
        _ => None,
    };
    outputs.iter().filter_map(prefix).collect()
}

fn refused(outputs: &[Output<Value>]) -> Vec<(u32, Refusal)> {
    let refusal = |output: &Output<Value>| match output {
        Output::Store(StoreOutput::News(News::Settled { call, outcome: Outcome::Failed(refusal) })) => {
            Some((call.0, *refusal))
        }
        _ => None,
    };
    outputs.iter().filter_map(refusal).collect()
}

#[test]
fn what_is_asked_for_waits_until_it_is_known_of_whom_and_is_then_the_users_own() {
    let mut vault = vault(User::Unknown);
    asks(&mut vault, 1);
    let outputs = poll(&mut vault);
    assert!(matches!(outputs[..], [Output::WantUser]), "{outputs:?}");
    vault.set_user(NOW, User::Known("alice".into()));
    assert_eq!(owners(&poll(&mut vault)), ["alice"]);
}

#[test]
fn a_page_that_only_leads_opens_nothing_but_the_counter_of_epochs() {
    let mut vault = vault(User::Nobody);
    vault.draw_epoch(NOW, 0);
    let marks = poll(&mut vault).into_iter().find_map(|output| match output {
        Output::Store(StoreOutput::Operation { id, operation: Operation::ReadMarks { .. } }) => Some(id),
        _ => None,
    });
    let operation = marks.expect("the marks come first");
    vault.event(NOW, Event::Done { operation, result: Ok(Answer::Marks(Vec::new())) });
    let opened = |output: &Output<Value>| match output {
        Output::Store(StoreOutput::Operation { operation: Operation::Open { name, .. }, .. }) => {
            Some(name.rsplit('/').next()?.to_owned())
        }
        _ => None,
    };
    assert_eq!(poll(&mut vault).iter().filter_map(opened).collect::<Vec<_>>(), ["epoch"]);
    vault.open(NOW);
    let outputs = poll(&mut vault);
    assert_eq!(outputs.iter().filter_map(opened).collect::<Vec<_>>(), ["outbox", "data", "cache"]);
}

#[test]
fn a_tab_that_shares_nothing_leads_itself_in_an_epoch_of_its_own() {
    let mut vault = Vault::new(PROJECT, 0, User::Nobody, true, Rng::new(7));
    asks(&mut vault, 1);
    let mut epochs = Vec::new();
    for _ in 0..20 {
        for output in poll(&mut vault) {
            let Output::Store(StoreOutput::Operation { id, operation }) = output else { continue };
            let answer: Answer<Value> = match operation {
                Operation::ReadMarks { .. } => Answer::Marks(Vec::new()),
                Operation::Open { name, version, .. } if name.ends_with("/epoch") => {
                    Answer::Opened { was_made: true, version: version.unwrap_or(1) }
                }
                Operation::Read { .. } => Answer::Read(Slice {
                    head: Head::default(),
                    directory: None,
                    first: u64::MAX,
                    segments: Vec::new(),
                    unreadable: Vec::new(),
                    is_end: true,
                }),
                Operation::DrawEpoch { above, .. } => {
                    epochs.push(above + 1);
                    Answer::Epoch(above + 1)
                }
                _ => continue,
            };
            vault.event(NOW, Event::Done { operation: id, result: Ok(answer) });
        }
    }
    assert_eq!(epochs, [1]);
    vault.lead_alone(NOW, 1);
    assert!(vault.store().is_some_and(|store| store.deadline(Timer::Round).is_some()), "it leads");
    vault.set_alone(NOW, false);
    assert!(vault.store().is_some_and(|store| store.deadline(Timer::Round).is_none()), "another tab does");
}

#[test]
fn nobody_and_a_presumed_user_have_databases_of_their_own_and_who_does_not_say_has_none() {
    for (user, owner) in [(User::Nobody, "-"), (User::Presumed("alice".into()), "alice")] {
        let mut vault = vault(user);
        asks(&mut vault, 1);
        assert_eq!(owners(&poll(&mut vault)), [owner]);
    }
    let mut vault = vault(User::Unclear);
    asks(&mut vault, 1);
    let outputs = poll(&mut vault);
    assert_eq!((owners(&outputs), refused(&outputs)), (vec![], vec![(1, Refusal::Unavailable)]));
}

#[test]
fn a_presumed_user_who_turns_out_to_be_the_one_keeps_what_is_open() {
    let mut vault = vault(User::Presumed("alice".into()));
    asks(&mut vault, 1);
    poll(&mut vault);
    vault.set_user(NOW, User::Known("alice".into()));
    asks(&mut vault, 2);
    let outputs = poll(&mut vault);
    assert!(!outputs.iter().any(|output| matches!(output, Output::Renew)), "{outputs:?}");
}

#[test]
fn another_user_ends_what_was_asked_for_and_reaches_nothing_of_the_former() {
    let mut vault = vault(User::Known("alice".into()));
    let write = Command::Get { database: crate::core::store::names::Kind::Cache, key: "key".into() };
    vault.call(NOW, CallId(1), write);
    asks(&mut vault, 2);
    poll(&mut vault);
    vault.set_user(NOW, User::Known("bob".into()));
    let outputs = poll(&mut vault);
    assert_eq!(refused(&outputs), [(1, Refusal::Ended), (2, Refusal::Ended)]);
    assert!(matches!(outputs.last(), Some(Output::Renew)), "{outputs:?}");
    asks(&mut vault, 3);
    assert_eq!(owners(&poll(&mut vault)), ["bob"]);
}
