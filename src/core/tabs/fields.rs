//! What tabs say, as a value that a BroadcastChannel carries: an array of fields in a fixed order.
//!
//! One description writes a thing and reads it: it names each field in turn, and a field is written from what is there, or
//! read into it. What is read begins as a blank of its kind. The first field that is missing or none of its type is
//! remembered, everything after it is left as it is, and whoever reads asks once at the end.

use crate::core::error::{Code, Error};
use crate::core::payload::{MOST_EXACT, Payload};

/// What can be said to another tab.
pub trait Portable<P>: Sized {
    /// What it is before anything of it is read.
    fn blank() -> Self;
    /// Names its fields in their order.
    fn pass(&mut self, fields: &mut Fields<P>);

    /// As a value.
    fn to_payload(mut self) -> P
    where
        P: Payload,
    {
        let mut fields = Fields::writing();
        self.pass(&mut fields);
        fields.written()
    }

    /// From a value; `None` if it is none of this kind.
    fn from_payload(value: &P) -> Option<Self>
    where
        P: Payload,
    {
        let mut fields = Fields::reading(value);
        let mut read = Self::blank();
        read.pass(&mut fields);
        fields.is_whole().then_some(read)
    }
}

/// Fields that are written, or read.
#[derive(Debug)]
pub struct Fields<P> {
    items: Vec<P>,
    /// Which is the next to be read.
    at: usize,
    is_read: bool,
    is_whole: bool,
}

impl<P: Payload> Fields<P> {
    /// None yet.
    pub const fn writing() -> Self {
        Self { items: Vec::new(), at: 0, is_read: false, is_whole: true }
    }

    /// Those of a value.
    pub fn reading(value: &P) -> Self {
        let items = items(value);
        Self { is_whole: items.is_some(), items: items.unwrap_or_default(), at: 0, is_read: true }
    }

    /// All that was written.
    pub fn written(self) -> P {
        P::array(self.items)
    }

    /// Whether all that was read was there.
    pub const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// What is read is nothing that is known.
    pub const fn refuse(&mut self) {
        self.is_whole = false;
    }

    /// The next field to be read, unless one before it is missing.
    fn next(&mut self) -> Option<P> {
        let value = self.items.get(self.at).filter(|_| self.is_whole).cloned();
        self.at += 1;
        value
    }

    /// A value that is not looked into.
    pub fn value(&mut self, value: &mut P) {
        if !self.is_read {
            self.items.push(value.clone());
        } else if let Some(read) = self.next() {
            *value = read;
        } else {
            self.refuse();
        }
    }

    /// Values that are not looked into.
    pub fn values(&mut self, values: &mut Vec<P>) {
        if !self.is_read {
            self.items.push(P::array(values.clone()));
        } else if let Some(read) = self.next().as_ref().and_then(items) {
            *values = read;
        } else {
            self.refuse();
        }
    }

    /// A text.
    pub fn text(&mut self, text: &mut String) {
        if !self.is_read {
            self.items.push(P::string(text));
        } else if let Some(read) = self.next().as_ref().and_then(P::as_text) {
            *text = read;
        } else {
            self.refuse();
        }
    }

    /// A number, which may be negative.
    pub fn signed(&mut self, number: &mut i64) {
        if !self.is_read {
            self.items.push(P::number(*number as f64));
        } else if let Some(read) = self.next().as_ref().and_then(whole) {
            *number = read;
        } else {
            self.refuse();
        }
    }

    /// A number of any size.
    pub fn large(&mut self, number: &mut u64) {
        let mut signed = *number as i64;
        self.signed(&mut signed);
        *number = signed as u64;
        self.is_whole &= signed >= 0;
    }

    /// A number.
    pub fn number(&mut self, number: &mut u32) {
        let mut large = u64::from(*number);
        self.large(&mut large);
        *number = large as u32;
        self.is_whole &= large <= u64::from(u32::MAX);
    }

    /// Yes or no.
    pub fn flag(&mut self, flag: &mut bool) {
        *flag = self.has(*flag);
    }

    /// Whether there is something, which is named next if there is.
    pub fn has(&mut self, is_there: bool) -> bool {
        let number = self.count(usize::from(is_there));
        self.is_whole &= number <= 1;
        number == 1
    }

    /// How many there are of what is named next.
    pub fn count(&mut self, count: usize) -> usize {
        let mut number = count as u32;
        self.number(&mut number);
        number as usize
    }

    /// One of several, by its place among them.
    pub fn one_of<T: Copy>(&mut self, value: &mut T, place: usize, all: &[T]) {
        match all.get(self.count(place)) {
            Some(known) => *value = *known,
            None => self.refuse(),
        }
    }

    /// Which of several kinds it is. What is read begins as a blank of its kind.
    pub fn kind<T>(&mut self, thing: &mut T, kind: usize, blank: fn(usize) -> Option<T>) {
        let kind = self.count(kind);
        if self.is_read {
            match blank(kind) {
                Some(blank) => *thing = blank,
                None => self.refuse(),
            }
        }
    }

    /// A text that may be missing.
    pub fn optional_text(&mut self, text: &mut Option<String>) {
        if self.has(text.is_some()) {
            self.text(text.get_or_insert_default());
        }
    }

    /// A number that may be missing.
    pub fn optional_number(&mut self, number: &mut Option<i64>) {
        if self.has(number.is_some()) {
            self.signed(number.get_or_insert_default());
        }
    }

    /// An error, by its stable code: another build may have more of them.
    pub fn error(&mut self, error: &mut Error) {
        let mut name = error.code.as_str().to_owned();
        self.text(&mut name);
        match Code::ALL.iter().find(|code| code.as_str() == name) {
            Some(code) => error.code = *code,
            None => self.refuse(),
        }
        self.text(&mut error.message);
        if self.has(error.retry_after.is_some()) {
            self.large(error.retry_after.get_or_insert_default());
        }
    }

    /// Any number of them.
    pub fn each<T: Default>(&mut self, list: &mut Vec<T>, pass: fn(&mut Self, &mut T)) {
        for at in 0..self.count(list.len()) {
            if self.is_read {
                list.push(T::default());
            }
            match list.get_mut(at) {
                Some(item) if self.is_whole => pass(self, item),
                _ => return,
            }
        }
    }
}

/// A number that is exact.
fn whole<P: Payload>(value: &P) -> Option<i64> {
    let number = value.as_number()?;
    (number.fract() == 0.0 && number.abs() <= MOST_EXACT).then_some(number as i64)
}

/// The items of an array; `None` if it is none.
fn items<P: Payload>(array: &P) -> Option<Vec<P>> {
    let mut items = Vec::new();
    for index in 0..array.length()? {
        items.push(array.item(index)?);
    }
    Some(items)
}
