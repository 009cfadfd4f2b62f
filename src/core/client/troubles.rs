//! Which failures the application knows of. A failure that goes on is told when it begins and when its reason changes,
//! not at each attempt.

use crate::core::error::{Code, Error};
use crate::core::io::{Notification, Status};

/// So many reasons of one subscription, or of the connection, are remembered; beyond it the oldest is forgotten.
const MOST_REASONS: usize = 8;

/// A failure that has been told and is not over.
#[derive(Debug)]
struct Trouble {
    /// The subscription; `None` for the connection or the token.
    id: Option<String>,
    code: Code,
    /// The sentence without its digits: seconds and counts are another each time, the reason is not.
    reason: String,
}

/// The failures that have been told and are not over.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    told: Vec<Trouble>,
}

impl Troubles {
    /// Takes in what is about to be told: whether it is news. Only a failure that is known is not.
    pub(super) fn is_news<P>(&mut self, notification: &Notification<P>) -> bool {
        match notification {
            // Each is a loss of its own.
            Notification::Error { error, .. } if error.code == Code::Overflow => true,
            Notification::Error { id, error } => self.begins(id.as_deref(), error),
            Notification::Connected => {
                self.end(|trouble| {
                    trouble.id.is_none() && matches!(trouble.code, Code::Unreachable | Code::KeyRefused)
                });
                true
            }
            Notification::Status { id, status } => {
                if *status != Status::Reconnecting {
                    self.end(|trouble| trouble.id.as_deref() == Some(id));
                }
                true
            }
            _ => true,
        }
    }

    /// There is a token, or another one: what was wrong with the former is over.
    pub(super) fn token_came(&mut self) {
        self.end(|trouble| matches!(trouble.code, Code::TokenUnavailable | Code::TokenExpired));
    }

    fn end(&mut self, is_over: impl Fn(&Trouble) -> bool) {
        self.told.retain(|trouble| !is_over(trouble));
    }

    fn begins(&mut self, id: Option<&str>, error: &Error) -> bool {
        let reason: String = error.message.chars().filter(|character| !character.is_ascii_digit()).collect();
        let is_it = |trouble: &Trouble| trouble.id.as_deref() == id;
        if self
            .told
            .iter()
            .any(|trouble| is_it(trouble) && trouble.code == error.code && trouble.reason == reason)
        {
            return false;
        }
        if self.told.iter().filter(|trouble| is_it(trouble)).count() >= MOST_REASONS
            && let Some(oldest) = self.told.iter().position(is_it)
        {
            self.told.remove(oldest);
        }
        self.told.push(Trouble { id: id.map(str::to_owned), code: error.code, reason });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(id: Option<&str>, code: Code, message: &str) -> Notification<()> {
        Notification::Error { id: id.map(str::to_owned), error: Error::new(code, message) }
    }

    fn status(id: &str, status: Status) -> Notification<()> {
        Notification::Status { id: id.to_owned(), status }
    }

    #[test]
    fn a_failure_is_told_when_it_begins_and_when_its_reason_changes() {
        let mut troubles = Troubles::default();
        let feed = |message: &str| error(Some("feed"), Code::JoinFailed, message);
        assert!(troubles.is_news(&feed("initializing")));
        assert!(!troubles.is_news(&feed("initializing")));
        assert!(troubles.is_news(&feed("restarting")), "another reason");
        assert!(troubles.is_news(&error(Some("feed"), Code::RateLimited, "restarting")), "another code");
        assert!(
            troubles.is_news(&error(Some("desk"), Code::JoinFailed, "restarting")),
            "another subscription"
        );
        assert!(troubles.is_news(&error(None, Code::JoinFailed, "restarting")), "the connection");
        assert!(troubles.is_news(&status("feed", Status::Reconnecting)));
        assert!(!troubles.is_news(&feed("restarting")));
        assert!(troubles.is_news(&status("feed", Status::Live)));
        assert!(troubles.is_news(&feed("restarting")), "it was over");
        assert!(!troubles.is_news(&error(Some("desk"), Code::JoinFailed, "restarting")));
    }

    #[test]
    fn digits_make_no_other_reason() {
        let mut troubles = Troubles::default();
        let expired =
            |seconds: u32| error(Some("feed"), Code::TokenExpired, &format!("expired {seconds} s ago"));
        assert!(troubles.is_news(&expired(9)));
        assert!(!troubles.is_news(&expired(10)));
    }

    #[test]
    fn each_overflow_is_told() {
        let mut troubles = Troubles::default();
        for _ in 0..3 {
            assert!(troubles.is_news(&error(Some("feed"), Code::Overflow, "dropped 3")));
        }
    }

    #[test]
    fn an_open_socket_ends_what_was_wrong_with_the_connection_and_a_token_what_was_wrong_with_the_token() {
        let mut troubles = Troubles::default();
        let of_link = error(None, Code::Unreachable, "nothing answers");
        let of_token = error(None, Code::TokenUnavailable, "it threw");
        assert!(troubles.is_news(&of_link) && troubles.is_news(&of_token));
        assert!(troubles.is_news(&Notification::<()>::Connected));
        assert!(troubles.is_news(&of_link) && !troubles.is_news(&of_token));
        troubles.token_came();
        assert!(!troubles.is_news(&of_link) && troubles.is_news(&of_token));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut troubles = Troubles::default();
        let letters = (0..1_000u32).map(|number| format!("{number:b}").replace('0', "a").replace('1', "b"));
        for reason in letters {
            assert!(troubles.is_news(&error(Some("feed"), Code::JoinFailed, &reason)));
        }
        assert_eq!(troubles.told.len(), MOST_REASONS);
    }
}
