//! Which failures the application knows of. A failure that goes on is told when it begins and when its reason changes,
//! not at each attempt.

use crate::core::error::{Code, Error};

/// So many reasons of one subject are remembered; beyond it the oldest is forgotten.
const MOST_REASONS: usize = 8;

/// A failure that has been told and is not over.
#[derive(Debug)]
struct Trouble {
    /// What failed: a subscription's id; `None` for the machine's own concern.
    subject: Option<String>,
    code: Code,
    /// The sentence without its digits: seconds and counts are another each time, the reason is not.
    reason: String,
}

/// The failures that have been told and are not over.
#[derive(Debug, Default)]
pub struct Troubles {
    told: Vec<Trouble>,
}

impl Troubles {
    /// Takes note of a failure that is about to be told: whether it is news.
    pub fn begins(&mut self, subject: Option<&str>, error: &Error) -> bool {
        // Each overflow is a loss of its own.
        if error.code == Code::Overflow {
            return true;
        }
        let mut reason = String::new();
        for character in error.message.chars() {
            if !character.is_ascii_digit() {
                reason.push(character);
            }
        }
        let (mut known, mut oldest) = (0, None);
        for (place, trouble) in self.told.iter().enumerate() {
            if trouble.subject.as_deref() != subject {
                continue;
            }
            if trouble.code == error.code && trouble.reason == reason {
                return false;
            }
            known += 1;
            oldest = oldest.or(Some(place));
        }
        if let Some(oldest) = oldest.filter(|_| known >= MOST_REASONS) {
            self.told.remove(oldest);
        }
        self.told.push(Trouble { subject: subject.map(str::to_owned), code: error.code, reason });
        true
    }

    /// What was wrong with the subject is over.
    pub fn end_of(&mut self, subject: &str) {
        self.drop_those(&|trouble| trouble.subject.as_deref() == Some(subject));
    }

    /// Failures with these codes are over.
    pub fn end(&mut self, codes: &[Code]) {
        self.drop_those(&|trouble| codes.contains(&trouble.code));
    }

    fn drop_those(&mut self, is_over: &dyn Fn(&Trouble) -> bool) {
        self.told.retain(|trouble| !is_over(trouble));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_when_it_begins_and_when_its_reason_changes() {
        let mut troubles = Troubles::default();
        let mut is_news = |subject: Option<&str>, code, message: &str| {
            troubles.begins(subject, &Error::new(code, message.to_owned()))
        };
        let feed = Some("feed");
        assert!(is_news(feed, Code::JoinFailed, "initializing"));
        assert!(!is_news(feed, Code::JoinFailed, "initializing"));
        assert!(is_news(feed, Code::JoinFailed, "restarting"), "another reason");
        assert!(is_news(feed, Code::RateLimited, "restarting"), "another code");
        assert!(is_news(Some("desk"), Code::JoinFailed, "restarting"), "another subscription");
        assert!(is_news(None, Code::JoinFailed, "restarting"), "no subscription");
        assert!(!is_news(feed, Code::JoinFailed, "restarting"));
        troubles.end_of("feed");
        let mut is_news = |subject, message: &str| {
            troubles.begins(subject, &Error::new(Code::JoinFailed, message.to_owned()))
        };
        assert!(is_news(feed, "restarting"), "it was over");
        assert!(!is_news(Some("desk"), "restarting"));
    }

    #[test]
    fn digits_make_no_other_reason() {
        let mut troubles = Troubles::default();
        let expired = |seconds: u32| Error::new(Code::TokenExpired, format!("expired {seconds} s ago"));
        assert!(troubles.begins(Some("feed"), &expired(9)));
        assert!(!troubles.begins(Some("feed"), &expired(10)));
    }

    #[test]
    fn each_overflow_is_told() {
        let mut troubles = Troubles::default();
        for _ in 0..3 {
            assert!(troubles.begins(Some("feed"), &Error::new(Code::Overflow, "dropped 3")));
        }
    }

    #[test]
    fn what_is_over_is_news_again_and_nothing_else_is() {
        let mut troubles = Troubles::default();
        let of_link = Error::new(Code::Unreachable, "nothing answers");
        let of_token = Error::new(Code::TokenUnavailable, "it threw");
        assert!(troubles.begins(None, &of_link) && troubles.begins(None, &of_token));
        troubles.end(&[Code::Unreachable]);
        assert!(troubles.begins(None, &of_link) && !troubles.begins(None, &of_token));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut troubles = Troubles::default();
        let letters = (0..1_000u32).map(|number| format!("{number:b}").replace('0', "a").replace('1', "b"));
        for reason in letters {
            assert!(troubles.begins(Some("feed"), &Error::new(Code::JoinFailed, reason)));
        }
        assert_eq!(troubles.told.len(), MOST_REASONS);
    }
}
