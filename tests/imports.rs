//! What may import what in `src/core`: machines do not know each other, the values that they use know no machine, and
//! nothing there knows a browser.

#![allow(clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// Those that connect the machines, and may know all of them.
const COMPOSITION: &[&str] = &["dashboard", "pump"];
const MACHINES: &[&str] = &["connectivity", "cache", "health", "realtime", "session", "store", "tabs"];
/// What machines use. Whoever adds a module decides here which of the three it is.
const VALUES: &[&str] = &[
    "access",
    "activity",
    "command",
    "edit",
    "error",
    "fifo",
    "http",
    "ids",
    "log",
    "news",
    "page",
    "payload",
    "resilience",
    "rng",
    "sorted_map",
    "time",
    "troubles",
    "user",
];
/// What only the shell may use: a browser, and a clock or randomness that is no argument.
const OUTSIDE: &[&str] = &[
    "crate::shell",
    "crate::api",
    "js_sys",
    "web_sys",
    "wasm_bindgen",
    "gloo_timers",
    "std::time",
    "SystemTime",
    "std::thread",
];

/// What this source imports that `module`, a part of the core, must not know.
fn breaches(module: &str, source: &str) -> Vec<String> {
    let code: String = source.lines().map(without_comment).collect::<Vec<_>>().join(" ");
    let mut breaches: Vec<String> =
        OUTSIDE.iter().filter(|outside| code.contains(*outside)).map(ToString::to_string).collect();
    if COMPOSITION.contains(&module) {
        return breaches;
    }
    let is_foreign = |name: &&str| *name != module && (MACHINES.contains(name) || COMPOSITION.contains(name));
    breaches.extend(named(&code).filter(is_foreign).map(str::to_owned));
    // What these bring in has no name here to be looked at.
    let unnamed = ["core as ", "core::*", "core::self", "core::{self"];
    breaches.extend(unnamed.into_iter().filter(|import| code.contains(import)).map(str::to_owned));
    // Indented it is a test's, of the module around it.
    breaches.extend(source.lines().filter(|line| line.starts_with("use super::*")).map(str::to_owned));
    breaches
}

fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// The names behind `core::` and behind any number of `super::`, in braces or not.
fn named(code: &str) -> impl Iterator<Item = &str> {
    let starts = ["core::", "super::"]
        .into_iter()
        .flat_map(move |start| code.match_indices(start).map(move |(at, _)| &code[at + start.len()..]));
    starts.flat_map(|rest| match rest.strip_prefix('{') {
        Some(group) => names_of_group(group),
        None => vec![identifier(rest)],
    })
}

/// The first names of each item of a group, up to the brace that ends it.
fn names_of_group(group: &str) -> Vec<&str> {
    let (mut depth, mut begins, mut names) = (0, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(identifier(group[begins..at].trim_start()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(identifier(group[begins..at].trim_start()));
                begins = at + 1;
            }
            _ => {}
        }
    }
    names
}

fn identifier(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_');
    &text[..end.unwrap_or(text.len())]
}

fn core() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/core")
}

/// Every source of the core, with the module that it is a part of.
fn sources() -> Vec<(String, PathBuf)> {
    let mut sources = Vec::new();
    let mut folders = vec![core()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let inside = entry.strip_prefix(core()).expect("a file of the core").with_extension("");
            let module = inside.iter().next().expect("a name").to_str().expect("UTF-8").to_owned();
            sources.push((module, entry));
        }
    }
    sources
}

#[test]
fn machines_do_not_know_each_other_and_the_core_knows_no_browser() {
    let mut found = Vec::new();
    for (module, path) in sources() {
        let source = fs::read_to_string(&path).expect("a source");
        found
            .extend(breaches(&module, &source).into_iter().map(|name| format!("{}: {name}", path.display())));
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn each_module_is_a_machine_a_value_or_the_composition() {
    for (module, path) in sources().into_iter().filter(|(module, _)| module != "mod") {
        let lists = [COMPOSITION, MACHINES, VALUES];
        let count = lists.iter().filter(|list| list.contains(&module.as_str())).count();
        assert_eq!(count, 1, "{} is in {count} of the three lists", path.display());
    }
}

#[test]
fn an_import_of_another_machine_is_found_however_it_is_written() {
    for (module, line) in [
        ("connectivity", "use crate::core::realtime::frame::Reference;"),
        ("realtime", "use crate::core::{connectivity::link, time};"),
        ("session", "use crate::core::{time::{Instant, Timers}, realtime};"),
        ("session", "use super::super::dashboard::Input;"),
        ("time", "use crate::core::realtime::frame::Reference;"),
        ("resilience", "fn wait(link: &crate::core::connectivity::Connectivity) {}"),
        ("time", "use crate::core as all;"),
        ("session", "use crate::core::*;"),
        ("session", "use super::*;"),
        ("session", "use crate::core::{self, time::Instant};"),
        ("realtime", "use web_sys::WebSocket;"),
        ("pump", "let now = std::time::Instant::now();"),
    ] {
        let path = core().join(module).with_extension("rs");
        let source = fs::read_to_string(path).expect("a source");
        assert_eq!(breaches(module, &source), Vec::<String>::new(), "{module} as it is");
        assert!(!breaches(module, &format!("{line}\n{source}")).is_empty(), "{module}: {line}");
    }
    for (module, line) in [
        ("connectivity", "use crate::core::connectivity::link::Link;"),
        ("connectivity", "// Unlike crate::core::realtime, it has no topics."),
        ("dashboard", "use crate::core::{connectivity, realtime, session};"),
    ] {
        assert_eq!(breaches(module, line), Vec::<String>::new(), "{module}: {line}");
    }
}
