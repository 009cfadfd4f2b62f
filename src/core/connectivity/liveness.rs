//! Whether one open socket is alive: what has been heard on it, and what was asked and not answered.
//!
//! A heartbeat has two deadlines. After the first the socket is *suspected*, which costs no more than a successor's
//! handshake beside it. After the second, the *timeout*, a successor may take its place. Both follow the round trips
//! that were measured on the socket: a slow link is given more time than a fast one.

use crate::core::connectivity::round_trip::RoundTrip;
use crate::core::time::Instant;

/// The shortest time until an answer is late, in milliseconds.
const LEAST_SUSPICION: u64 = 2_000;
/// The longest, and that of a connection that is slow or saves data.
const MOST_SUSPICION: u64 = 5_000;
/// The shortest timeout of a heartbeat, in milliseconds.
const LEAST_TIMEOUT: u64 = 4_500;
/// The longest, and that of a connection that is slow or saves data.
const MOST_TIMEOUT: u64 = 10_000;
/// The shortest timeout once the server may be reachable again, in milliseconds: the heartbeat and a successor's
/// handshake, which takes at least three times as long, go out together.
const RETURN_TIMEOUT: u64 = 1_500;
/// The browser says that there is no network: so long an answer may take before the application is told, in milliseconds.
const OFFLINE_SUSPICION: u64 = 1_200;
/// What is read within this time after a question went out may have waited since before it, in milliseconds.
const UNREAD: u64 = 1_000;
/// So many times its usual pause a link that talks may fall silent before it is asked.
const HABITS: u64 = 8;
/// The shortest silence after which a link that talks is asked, in milliseconds. One that talks in bursts is soon asked
/// more rarely: twice the last silence after which it answered.
const LEAST_SILENCE: u64 = 1_000;
/// So many frames tell a link's habit; fewer change what is known of it in part.
const TELLING: u64 = 4;

/// How often a socket is asked. Times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// The longest silence of the server's before it is asked.
    pub quiet: u64,
    /// The longest between questions, however much the server says: it closes a socket that says nothing to it.
    pub longest: u64,
    /// Whether a link that talks is asked as soon as its silence is unusual.
    pub follows_habit: bool,
    /// Whether the connection is slow or saves data: answers may take long.
    pub saves_data: bool,
}

/// Why a socket is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It was time to, or the machine has slept, or the page is seen again, or the network is another.
    Usual,
    /// The browser says that there is no network.
    Offline,
    /// It was given up, or nearly, and the way to the server may be back.
    Return,
}

/// How long an answer may take, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Until the socket is suspected.
    pub suspicion: u64,
    /// Until a successor may take its place.
    pub timeout: u64,
}

/// A heartbeat that waits for its reply.
#[derive(Clone, Copy, Debug)]
struct Beat {
    sent: Instant,
    doubt: Doubt,
    /// How long nothing had been heard, in milliseconds, if it was asked for that alone.
    silence: Option<u64>,
    allowed: Allowance,
}

/// What is known of one open socket's life.
#[derive(Debug)]
pub struct Liveness {
    heard: Instant,
    /// The usual time between its frames, in milliseconds, if it is known.
    habit: Option<u64>,
    /// A silence after which it was asked and answered, and when: such a silence was no death.
    harmless: Option<(u64, Instant)>,
    /// When it was last asked, or opened.
    asked: Instant,
    beat: Option<Beat>,
    round_trip: RoundTrip,
}

impl Liveness {
    /// Of a socket that has just opened.
    pub const fn new(now: Instant) -> Self {
        Self { heard: now, habit: None, harmless: None, asked: now, beat: None, round_trip: RoundTrip::new() }
    }

    /// How long nothing has been heard, in milliseconds.
    pub fn silence(&self, now: Instant) -> u64 {
        now.since(self.heard)
    }

    /// So many frames have come since the last were told of, the last of them at this moment.
    pub fn hear(&mut self, at: Instant, frames: u32) {
        let frames = u64::from(frames);
        let Some(pause) = at.since(self.heard).checked_div(frames) else { return };
        self.heard = self.heard.max(at);
        self.habit = Some(match self.habit {
            Some(habit) if frames < TELLING => (habit * (TELLING - frames) + pause * frames) / TELLING,
            _ => pause,
        });
    }

    /// When it was last asked, or opened.
    pub const fn asked(&self) -> Instant {
        self.asked
    }

    /// When to ask next.
    pub fn next_question(&self, rhythm: Rhythm) -> Instant {
        let unusual = self.habit.filter(|_| rhythm.follows_habit).map(|habit| habit.saturating_mul(HABITS));
        let least = LEAST_SILENCE.max(self.harmless());
        let quiet = unusual.map_or(rhythm.quiet, |unusual| unusual.max(least).min(rhythm.quiet));
        self.heard.after(quiet).min(self.asked.after(rhythm.longest))
    }

    /// Twice the silence that was harmless when the link was asked, in milliseconds; half of that after each minute.
    fn harmless(&self) -> u64 {
        self.harmless.map_or(0, |(silence, at)| {
            let minutes = u32::try_from(self.heard.since(at) / 60_000).unwrap_or(u32::MAX);
            silence.saturating_mul(2).checked_shr(minutes).unwrap_or(0)
        })
    }

    /// Whether a question is out so recently that another one would tell no more.
    pub fn has_just_asked(&self, now: Instant) -> bool {
        self.beat.is_some_and(|beat| now.since(beat.sent) < UNREAD)
    }

    /// Whether a question waits for its answer.
    pub const fn is_asking(&self) -> bool {
        self.beat.is_some()
    }

    /// A heartbeat goes out: how long its answer may take, if nothing holds up the server.
    pub fn ask(&mut self, now: Instant, doubt: Doubt, rhythm: Rhythm) -> Allowance {
        let late = self.round_trip.late_after();
        let usual = if rhythm.saves_data {
            Allowance { suspicion: MOST_SUSPICION, timeout: MOST_TIMEOUT }
        } else {
            Allowance {
                suspicion: late.clamp(LEAST_SUSPICION, MOST_SUSPICION),
                timeout: late.saturating_mul(2).clamp(LEAST_TIMEOUT, MOST_TIMEOUT),
            }
        };
        let allowed = match doubt {
            Doubt::Usual => usual,
            Doubt::Offline => Allowance { suspicion: OFFLINE_SUSPICION, ..usual },
            Doubt::Return => {
                let timeout = late.clamp(RETURN_TIMEOUT, MOST_TIMEOUT);
                Allowance { suspicion: timeout, timeout }
            }
        };
        self.asked = now;
        let silence = Some(now.since(self.heard)).filter(|silence| *silence < rhythm.quiet);
        self.beat = Some(Beat { sent: now, doubt, silence, allowed });
        allowed
    }

    /// Why the question was asked whose answer is awaited.
    pub fn doubt(&self) -> Option<Doubt> {
        self.beat.map(|beat| beat.doubt)
    }

    /// How long the answer that is awaited may take, if nothing holds up the server.
    pub fn allowed(&self) -> Option<Allowance> {
        self.beat.map(|beat| beat.allowed)
    }

    /// The heartbeat has been answered: how many milliseconds that took; `None` if no answer is awaited.
    pub fn answered(&mut self, now: Instant) -> Option<u64> {
        let answered = self.beat.take()?;
        let silence = answered.silence.filter(|_| answered.doubt == Doubt::Usual);
        if let Some(silence) = silence.filter(|silence| silence.saturating_mul(2) > self.harmless()) {
            self.harmless = Some((silence, now));
        }
        let millis = now.since(answered.sent);
        self.round_trip.take(millis);
        Some(millis)
    }

    /// Whether frames came that cannot have waited since before the question went out, or none is out.
    pub fn is_proven(&self) -> bool {
        self.beat.is_none_or(|beat| self.heard > beat.sent.after(UNREAD))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENED: Instant = Instant::from_millis(100_000);
    const VISIBLE: Rhythm = Rhythm { quiet: 5_000, longest: 25_000, follows_habit: true, saves_data: false };

    fn ask(life: &mut Liveness, at: Instant) -> Allowance {
        life.ask(at, Doubt::Usual, VISIBLE)
    }

    #[test]
    fn a_link_that_talks_is_asked_when_its_silence_is_unusual() {
        let mut life = Liveness::new(OPENED);
        assert_eq!(life.next_question(VISIBLE), OPENED.after(5_000));
        life.hear(OPENED.after(3_000), 10);
        assert_eq!(life.next_question(VISIBLE), OPENED.after(3_000 + 2_400), "eight times 300");
        life.hear(OPENED.after(4_000), 100);
        assert_eq!(life.next_question(VISIBLE), OPENED.after(4_000 + 1_000), "a second at least");
        let hidden = Rhythm { quiet: 25_000, follows_habit: false, ..VISIBLE };
        assert_eq!(life.next_question(hidden), OPENED.after(25_000));
    }

    #[test]
    fn a_burst_that_is_over_is_asked_after_once_and_then_as_rarely_as_any_link() {
        let mut life = Liveness::new(OPENED);
        let mut now = OPENED.after(1_000);
        life.hear(now, 100);
        let mut questions = Vec::new();
        for _ in 1..=8 {
            now = life.next_question(VISIBLE);
            questions.push(now.since(life.heard));
            ask(&mut life, now);
            now = now.after(50);
            life.answered(now);
            life.hear(now, 1);
        }
        assert_eq!(questions[0], 1_000);
        assert!(questions[3..].iter().all(|pause| *pause == 5_000), "{questions:?}");
    }

    #[test]
    fn a_silence_that_was_harmless_is_given_for_some_minutes() {
        let mut life = Liveness::new(OPENED);
        let mut now = OPENED.after(1_000);
        for (number, pause) in [1_000, 2_000, 4_000, 5_000].into_iter().enumerate() {
            life.hear(now, 50);
            assert_eq!(life.next_question(VISIBLE), now.after(pause), "{number}");
            now = now.after(pause);
            ask(&mut life, now);
            life.answered(now);
        }
        for pause in [5_000, 4_000, 2_000, 1_000, 1_000] {
            life.hear(now, 1_000);
            life.asked = now;
            assert_eq!(life.next_question(VISIBLE), now.after(pause));
            now = now.after(61_000);
        }
    }

    #[test]
    fn however_much_the_server_says_it_is_spoken_to() {
        let mut life = Liveness::new(OPENED);
        for second in 1..=60 {
            life.hear(OPENED.after(second * 1_000), 10);
        }
        assert_eq!(life.next_question(VISIBLE), OPENED.after(25_000));
    }

    #[test]
    fn a_slow_link_is_given_time_and_a_fast_one_is_not_waited_for() {
        let mut life = Liveness::new(OPENED);
        assert_eq!(ask(&mut life, OPENED), Allowance { suspicion: 2_000, timeout: 4_500 });
        life.answered(OPENED.after(3_000));
        assert_eq!(ask(&mut life, OPENED), Allowance { suspicion: 5_000, timeout: 10_000 });
    }

    #[test]
    fn frames_of_before_the_question_prove_nothing() {
        let mut life = Liveness::new(OPENED);
        ask(&mut life, OPENED);
        life.hear(OPENED.after(900), 3);
        assert!(!life.is_proven());
        life.hear(OPENED.after(1_100), 1);
        assert!(life.is_proven());
    }
}
