//! How databases, marks and locks are named: `wedsync/<project>/<user>/<incarnation>/<kind>[/<tab>]`.
//!
//! Project and user are escaped as `encodeURIComponent` does it, so a slash in them separates nothing. Nobody is the user
//! `-`, which no escaped `sub` is: a `sub` of that spelling is written `%2D`. The incarnation is what a wipe counts up: what
//! a wiped incarnation left behind is never opened again, whoever still holds it.

use std::rc::Rc;

/// What a database is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The queue and its overlay: strict, never evicted.
    Outbox,
    /// What can be fetched again: relaxed, never evicted.
    Data,
    /// Derived values: relaxed, given up for space.
    Cache,
    /// The counter of the leaders' epochs.
    Epoch,
    /// The key that values of the cache are encrypted with, if they are. No log, and opened by the shell alone.
    Key,
    /// What the outbox did not take in time from this origin: strict.
    Spill(u64),
}

impl Kind {
    /// Its name for users, and in the name of its database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::Data => "data",
            Self::Cache => "cache",
            Self::Epoch => "epoch",
            Self::Key => "key",
            Self::Spill(_) => "spill",
        }
    }
}

/// What everybody has.
pub(super) const SHARED: [Kind; 3] = [Kind::Outbox, Kind::Data, Kind::Cache];

/// Whose databases they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// `wedsync/<project>/`
    project: Rc<str>,
    /// `wedsync/<project>/<user>`
    path: Rc<str>,
}

impl Owner {
    /// The user with this `sub` in this project, by its URL; `None` for nobody.
    pub fn new(project: &str, user: Option<&str>) -> Self {
        let mut path = String::from("wedsync/");
        escape(&mut path, project);
        path.push('/');
        let project = path.as_str().into();
        match user {
            None => path.push('-'),
            Some("-") => path.push_str("%2D"),
            Some(sub) => escape(&mut path, sub),
        }
        Self { project, path: path.into() }
    }

    /// What the names of all that this owner has begin with: databases, and the locks of tabs.
    pub fn prefix(&self) -> Rc<str> {
        [&self.path, "/"].concat().into()
    }

    /// What the names of all that this project has begin with, whoever's it is.
    pub fn project(&self) -> Rc<str> {
        Rc::clone(&self.project)
    }

    /// The mark that counts for a database, whoever's it is, and the incarnation of the database.
    pub fn incarnation_of(name: &str) -> Option<(&str, u64)> {
        Self::split(name).map(|(path, incarnation, _)| (path, incarnation))
    }

    /// The path of its user, its incarnation, and what follows.
    fn split(name: &str) -> Option<(&str, u64, &str)> {
        let (_, rest) = cut(name)?;
        let (_, rest) = cut(rest)?;
        let (_, rest) = cut(rest)?;
        let path = name.get(..name.len().checked_sub(rest.len() + 1)?)?;
        let (incarnation, kind) = cut(rest)?;
        Some((path, incarnation.parse().ok()?, kind))
    }

    /// The name of the mark that keeps the incarnation.
    pub fn mark(&self) -> Rc<str> {
        Rc::clone(&self.path)
    }

    /// The name of a database.
    pub fn database(&self, incarnation: u64, kind: Kind) -> Rc<str> {
        let mut name = [&self.path, "/"].concat();
        push_number(&mut name, incarnation);
        name.push('/');
        name.push_str(kind.as_str());
        if let Kind::Spill(origin) = kind {
            name.push('/');
            push_number(&mut name, origin);
        }
        name.into()
    }

    /// The incarnation and the kind of a database of this owner's; `None` for any other name.
    pub fn parse(&self, name: &str) -> Option<(u64, Kind)> {
        let (path, incarnation, kind) = Self::split(name)?;
        let kind = match kind {
            "outbox" => Kind::Outbox,
            "data" => Kind::Data,
            "cache" => Kind::Cache,
            "epoch" => Kind::Epoch,
            "key" => Kind::Key,
            other => Kind::Spill(other.strip_prefix("spill/")?.parse().ok()?),
        };
        (*path == *self.path).then_some((incarnation, kind))
    }

    /// The name of the lock that says that the tab of this origin lives.
    pub fn lock(&self, origin: u64) -> Rc<str> {
        let mut name = String::from(&*self.locks());
        push_number(&mut name, origin);
        name.into()
    }

    /// What the names of such locks begin with.
    pub fn locks(&self) -> Rc<str> {
        [&self.path, "/tab/"].concat().into()
    }

    /// The origin of the tab that holds this lock.
    pub fn origin_of_lock(&self, name: &str) -> Option<u64> {
        name.strip_prefix(&*self.locks())?.parse().ok()
    }
}

/// What stands before the first slash, and after it.
#[inline(never)]
fn cut(name: &str) -> Option<(&str, &str)> {
    name.split_once('/')
}

/// As `encodeURIComponent`.
fn escape(out: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().map_or('0', char::from);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.push(digit(byte >> 4));
                out.push(digit(byte & 15));
            }
        }
    }
}

/// In decimal, without the standard library's formatting.
fn push_number(out: &mut String, number: u64) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_no_spelling_of_a_user_reaches_anothers() {
        let users =
            [None, Some("-"), Some(""), Some("a"), Some("a/0"), Some("a%2F0"), Some("ä\u{0}"), Some("%2D")];
        let kinds = [
            Kind::Outbox,
            Kind::Data,
            Kind::Cache,
            Kind::Epoch,
            Kind::Key,
            Kind::Spill(9_007_199_254_740_991),
        ];
        for project in ["https://a.supabase.co", "https://a.supabase.co/x"] {
            for user in users {
                let owner = Owner::new(project, user);
                for kind in kinds {
                    let name = owner.database(10, kind);
                    for other in users {
                        let expected = (other == user).then_some((10, kind));
                        assert_eq!(Owner::new(project, other).parse(&name), expected, "{name} {other:?}");
                    }
                    assert_eq!(Owner::new("https://b", user).parse(&name), None);
                }
                assert_eq!(owner.origin_of_lock(&owner.lock(120)), Some(120));
                assert_eq!(owner.parse(&owner.lock(120)), None, "a lock is no database");
            }
        }
    }

    #[test]
    fn names_are_escaped_as_javascript_does_it() {
        let owner = Owner::new("https://a.supabase.co:80", Some("9f-ü"));
        let name = owner.database(0, Kind::Spill(7));
        assert_eq!(&*name, "wedsync/https%3A%2F%2Fa.supabase.co%3A80/9f-%C3%BC/0/spill/7");
        assert_eq!(&*owner.mark(), "wedsync/https%3A%2F%2Fa.supabase.co%3A80/9f-%C3%BC");
    }
}
