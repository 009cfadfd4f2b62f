//! An object of options, as it is read field by field.

use std::cell::Cell;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use crate::api::given;
use crate::core::error::{Code, Error};

/// An object of options, with its user's name for messages.
///
/// Reading goes on after a wrong option, with something in its place: the first complaint is kept, and [`Self::done`]
/// gives it. So a reader says what it wants of each field, and nothing about errors.
pub(super) struct Options<'a> {
    value: &'a JsValue,
    of: &'static str,
    complaint: Cell<Option<Error>>,
}

impl<'a> Options<'a> {
    /// Takes a value that should be an object with fields of these names alone.
    pub(super) fn read(value: &'a JsValue, of: &'static str, known: &[&str]) -> Self {
        let options = Self { value, of, complaint: Cell::default() };
        if !given::is_object(value) {
            options.complain(Code::InvalidOption, &[of, " takes an object of options."]);
            return options;
        }
        let names = given::names(value);
        if names.is_none() {
            options.complain(
                Code::InvalidOption,
                &[of, " takes an object of options, and this one cannot be read."],
            );
        }
        for name in names.unwrap_or_default() {
            if !known.contains(&name.as_str()) {
                let known = known.join(", ");
                let message = [of, " has no option \"", &name, "\". It knows: ", &known, "."];
                options.complain(Code::UnknownOption, &message);
            }
        }
        options
    }

    /// What was read, unless there is a complaint.
    ///
    /// # Errors
    /// The first complaint.
    pub(super) fn done<T>(self, read: T) -> Result<T, Error> {
        self.complaint.into_inner().map_or(Ok(read), Err)
    }

    /// Complains with a message of these parts.
    pub(super) fn complain(&self, code: Code, message: &[&str]) {
        self.keep(Error::new(code, message.concat()));
    }

    /// Complains that an option must be something else.
    pub(super) fn wrong(&self, name: &str, expected: &str) {
        let message = ["Option \"", name, "\" of ", self.of, " must be ", expected, "."];
        self.complain(Code::InvalidOption, &message);
    }

    /// Complains if one of these is given.
    pub(super) fn foreign(&self, names: &[&str], expected: &str) {
        if let Some(name) = names.iter().find(|name| self.has(name)) {
            self.wrong(name, expected);
        }
    }

    /// What another reader gave: its error is a complaint here.
    pub(super) fn include<T>(&self, read: Result<T, Error>) -> Option<T> {
        read.map_err(|error| self.keep(error)).ok()
    }

    fn keep(&self, error: Error) {
        let first = self.complaint.take().unwrap_or(error);
        self.complaint.set(Some(first));
    }

    /// An option as it is; `None` if it is left out or `undefined`.
    pub(super) fn get(&self, name: &str) -> Option<JsValue> {
        Some(given::field(self.value, name)).filter(|value| !value.is_undefined())
    }

    /// Whether an option is given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A string that is not empty, as [`given::text`] reads it.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let value = self.get(name)?;
        let text = given::text(&value).filter(|text| !text.is_empty());
        if text.is_none() {
            self.wrong(name, given::TEXT);
        }
        text
    }

    /// A function.
    pub(super) fn function(&self, name: &str) -> Option<Function> {
        let function = self.get(name)?.dyn_into().ok();
        if function.is_none() {
            self.wrong(name, "a function");
        }
        function
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, name: &str, default: bool) -> bool {
        let Some(value) = self.get(name) else { return default };
        value.as_bool().unwrap_or_else(|| {
            self.wrong(name, "true or false");
            default
        })
    }

    /// A whole number within these bounds.
    pub(super) fn number(&self, name: &str, least: u32, most: u32) -> Option<u32> {
        let range = f64::from(least)..=f64::from(most);
        let number = self.get(name)?.as_f64();
        let number = number.filter(|number| range.contains(number) && number.fract() == 0.0);
        if number.is_none() {
            let expected = ["a whole number from ", &least.to_string(), " to ", &most.to_string()];
            self.wrong(name, &expected.concat());
        }
        number.map(|number| number as u32)
    }

    /// A whole number of milliseconds within these bounds.
    pub(super) fn millis(&self, name: &str, least: u32, most: u32, default: u64) -> u64 {
        self.number(name, least, most).map_or(default, u64::from)
    }
}
