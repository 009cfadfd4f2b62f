//! The router in JavaScript and its twin in Rust, side by side.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Function, JSON, Reflect, Uint8Array};
use twin::buffer::Buffer;
use twin::forward::{Forwarded, Frame as Raw};
use twin::router::{Router as Twin, Verdict};
use wasm_bindgen::prelude::*;
use wedsync_dashboard::core::realtime::delivery::Delivery;
use wedsync_dashboard::core::realtime::frame::{Inbound, Protocol, Reference};
use wedsync_dashboard::core::realtime::routes::{Slot, TopicRoutes};
use wedsync_dashboard::shell::router::{Router, forwarding};

use crate::frame::Frame;

/// What became of a frame: for each slot, control or counter a word.
pub type Outcome = Vec<String>;

/// The reference of the recorded join that asked for a replay.
const REPLAYED_JOIN: u64 = 6;

/// Slots 1 to 5 of each router.
pub const SLOTS: std::ops::RangeInclusive<Slot> = 1..=5;

pub struct Both {
    protocol: Protocol,
    pub router: Router,
    twin: RefCell<Twin>,
    buffers: RefCell<Vec<(Slot, Buffer<JsValue>)>>,
    outcome: Rc<RefCell<Outcome>>,
    slots: Vec<Closure<dyn FnMut(JsValue)>>,
    _control: Closure<dyn FnMut(u32, JsValue)>,
    handed: Rc<RefCell<Vec<Forwarded>>>,
    _overflow: Closure<dyn FnMut(u32, u32)>,
    _forward: Closure<dyn FnMut(Array, Array, Array)>,
}

impl Both {
    pub fn new(protocol: Protocol) -> Self {
        let twin = RefCell::new(Twin::new(protocol));
        let outcome = Rc::new(RefCell::new(Outcome::new()));
        let seen = Rc::clone(&outcome);
        let control = Closure::<dyn FnMut(u32, JsValue)>::new(move |_, frame: JsValue| {
            let frame = Inbound::decode(&frame, protocol).expect("a control frame is one to both");
            seen.borrow_mut().push(control_word(&frame));
        });
        let seen = Rc::clone(&outcome);
        let overflow = Closure::<dyn FnMut(u32, u32)>::new(move |slot, count| {
            seen.borrow_mut().push(format!("{slot} lost {count}"));
        });
        let handed = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&handed);
        let forward = Closure::<dyn FnMut(Array, Array, Array)>::new(move |tabs, frames, dropped| {
            seen.borrow_mut().push(forwarded(&tabs, &frames, &dropped));
        });
        let router = Router::new(
            protocol,
            control.as_ref().unchecked_ref(),
            overflow.as_ref().unchecked_ref(),
            Some(forwarding(forward.as_ref().unchecked_ref(), &Function::new_no_args("return false"))),
        );
        let callback = |slot| {
            let seen = Rc::clone(&outcome);
            Closure::<dyn FnMut(JsValue)>::new(move |message: JsValue| {
                seen.borrow_mut().push(format!("{slot} {}", shown(&message)));
            })
        };
        let slots = SLOTS.map(callback).collect();
        let both = Self {
            protocol,
            router,
            twin,
            buffers: RefCell::default(),
            outcome,
            slots,
            _control: control,
            handed,
            _overflow: overflow,
            _forward: forward,
        };
        for slot in SLOTS {
            both.deliver(slot, &Delivery::Each);
        }
        for (topic, routes) in routes() {
            both.route(&topic, Some(&routes));
        }
        both
    }

    /// Sets how a slot is handed its messages.
    pub fn deliver(&self, slot: Slot, delivery: &Delivery) {
        let callback = &self.slots[slot as usize - 1];
        self.router.set_slot(slot, callback.as_ref().unchecked_ref(), delivery);
        let mut buffers = self.buffers.borrow_mut();
        buffers.retain(|(other, _)| *other != slot);
        buffers.extend(Buffer::new(delivery).map(|buffer| (slot, buffer)));
    }

    /// Changes both tables.
    pub fn route(&self, topic: &str, routes: Option<&TopicRoutes>) {
        let mut twin = self.twin.borrow_mut();
        if let Some(routes) = routes {
            twin.route(topic, routes.clone());
            self.router.route(topic, routes);
        } else {
            twin.unroute(topic);
            self.router.drop_routes(topic);
        }
    }

    /// Says to both where a topic's frames go besides.
    pub fn forward(&self, topic: &str, tabs: &[&str]) {
        self.forward_apart(topic, tabs, &[]);
    }

    /// The same, with tabs that nobody sees.
    pub fn forward_apart(&self, topic: &str, tabs: &[&str], hidden: &[&str]) {
        let names = |tabs: &[&str]| tabs.iter().map(|tab| (*tab).to_owned()).collect::<Vec<_>>();
        self.router.forward_to(topic, &array(tabs), &array(hidden));
        self.twin.borrow_mut().forwarder().set(topic, &names(tabs), &names(hidden));
    }

    /// What both have handed over since, if that is the same. The twin has no clock: with `is_due` all that waits for tabs
    /// that somebody sees is.
    #[track_caller]
    pub fn handed(&self, is_due: bool) -> Vec<Forwarded> {
        if is_due {
            self.twin.borrow_mut().forwarder().hand(false);
        }
        self.handed_alike()
    }

    /// The same, with all that waits for hidden tabs.
    #[track_caller]
    pub fn handed_apart(&self) -> Vec<Forwarded> {
        self.twin.borrow_mut().forwarder().hand(true);
        self.handed_alike()
    }

    /// The same, with all that waits for any.
    #[track_caller]
    pub fn handed_together(&self) -> Vec<Forwarded> {
        self.twin.borrow_mut().forwarder().flush();
        self.handed_alike()
    }

    #[track_caller]
    fn handed_alike(&self) -> Vec<Forwarded> {
        let mut twin = self.twin.borrow_mut();
        let handed = self.handed.take();
        assert_eq!(handed, twin.forwarder().take());
        handed
    }

    /// Both hand over all that waits, at once; what, if that is the same.
    #[track_caller]
    pub fn flush(&self) -> Vec<Forwarded> {
        let flush: Function = Reflect::get(self.router.as_ref(), &"flush".into()).unwrap().unchecked_into();
        flush.call0(self.router.as_ref()).unwrap();
        self.handed_together()
    }

    /// Both deliver a broadcast of another tab's, the twin what the server would have sent; what became of it, if that is
    /// the same.
    #[track_caller]
    pub fn echo(&self, topic: &str, event: &str, payload: &JsValue, is_bytes: bool) -> Outcome {
        let outcome = self.outcome_of(|router| router.echo(topic, event, payload, is_bytes));
        let frame = if is_bytes {
            let bytes = payload.unchecked_ref::<Uint8Array>().to_vec();
            let head = [4, topic.len() as u8, event.len() as u8, 0, 0];
            Raw::Binary([&head, topic.as_bytes(), event.as_bytes(), &bytes].concat())
        } else {
            let quoted = |text: &str| String::from(JSON::stringify(&text.into()).unwrap());
            let payload = String::from(JSON::stringify(payload).unwrap());
            let message = format!(r#"{{"event":{},"payload":{payload},"type":"broadcast"}}"#, quoted(event));
            let topic = quoted(topic);
            Raw::Text(match self.protocol {
                Protocol::V1 => {
                    format!(r#"{{"ref":null,"event":"broadcast","payload":{message},"topic":{topic}}}"#)
                }
                Protocol::V2 => format!(r#"[null,null,{topic},"broadcast",{message}]"#),
            })
        };
        let verdict = self.twin.borrow_mut().taken(&frame);
        assert_eq!(outcome, self.outcome_in_rust(verdict), "{topic} {event}");
        outcome
    }

    /// Both take what another tab has forwarded; what became of it, if that is the same.
    #[track_caller]
    pub fn take_forwarded(&self, Forwarded { frames, dropped, .. }: &Forwarded) -> Outcome {
        let raw = |frame: &Raw| match frame {
            Raw::Text(text) => JsValue::from_str(text),
            Raw::Binary(bytes) => Uint8Array::from(bytes.as_slice()).buffer().into(),
        };
        let counts = dropped.iter().flat_map(|(topic, count)| [topic.into(), JsValue::from(*count as u32)]);
        let (frames_given, counts) = (frames.iter().map(raw).collect(), counts.collect());
        let outcome = self.outcome_of(|router| router.take(&frames_given, &counts));
        let lost = |(topic, count): (&String, &usize)| {
            let slots = self.twin.borrow().slots_of(topic);
            slots.into_iter().map(move |slot| format!("{slot} lost {count}")).collect::<Vec<_>>()
        };
        let mut expected: Outcome = dropped.iter().flat_map(lost).collect();
        let mut words = Outcome::new();
        for frame in frames {
            let verdict = self.twin.borrow_mut().taken(frame);
            match verdict {
                Verdict::Deliver { .. } | Verdict::Control(_) => {
                    expected.extend(self.outcome_in_rust(verdict))
                }
                _ => words.extend(self.outcome_in_rust(verdict)),
            }
        }
        // The counters are looked at when all frames have been taken.
        words.sort();
        expected.extend(words);
        assert_eq!(outcome, expected);
        outcome
    }

    /// Both take the frame; what became of it, if that is the same.
    #[track_caller]
    pub fn take(&self, frame: &Frame) -> Outcome {
        let outcome = self.in_javascript(frame);
        assert_eq!(outcome, self.in_rust(frame), "{}", frame.described());
        outcome
    }

    pub fn in_javascript(&self, frame: &Frame) -> Outcome {
        self.outcome_of(|router| match frame {
            Frame::Text(text) => router.text(1, text),
            Frame::Binary(bytes) => router.binary(1, &Uint8Array::from(bytes.as_slice()).buffer()),
        })
    }

    /// What the slots and the core are told, and a word for each count.
    fn outcome_of(&self, work: impl FnOnce(&Router)) -> Outcome {
        let router = &self.router;
        let counters = || [router.duplicates(), router.malformed(), router.unrouted()];
        let before = counters();
        work(router);
        let mut outcome = self.outcome.take();
        for ((before, after), word) in
            before.into_iter().zip(counters()).zip(["duplicate", "malformed", "unrouted"])
        {
            outcome.extend((0..(after - before) as usize).map(|_| word.to_owned()));
        }
        outcome
    }

    pub fn in_rust(&self, frame: &Frame) -> Outcome {
        let verdict: Verdict<JsValue> = match frame {
            Frame::Text(text) => self.twin.borrow_mut().text(text),
            Frame::Binary(bytes) => self.twin.borrow_mut().binary(bytes),
        };
        self.outcome_in_rust(verdict)
    }

    fn outcome_in_rust(&self, verdict: Verdict<JsValue>) -> Outcome {
        match verdict {
            Verdict::Malformed => vec!["malformed".into()],
            Verdict::Unrouted => vec!["unrouted".into()],
            Verdict::Duplicate => vec!["duplicate".into()],
            Verdict::Forwarded => Outcome::new(),
            Verdict::Control(frame) => vec![control_word(&frame)],
            Verdict::Deliver { slots, message } => {
                let mut buffers = self.buffers.borrow_mut();
                let mut outcome = Outcome::new();
                for slot in slots {
                    match buffers.iter_mut().find(|(other, _)| *other == slot) {
                        Some((_, buffer)) => buffer.push(message.clone()),
                        None => outcome.push(format!("{slot} {}", shown(&message))),
                    }
                }
                outcome
            }
        }
    }

    /// Whether the frame is malformed to the twin, which is left as it was.
    pub fn would_be_malformed(&self, frame: &Frame) -> bool {
        let mut twin = self.twin.borrow().clone();
        let verdict: Verdict<JsValue> = match frame {
            Frame::Text(text) => twin.text(text),
            Frame::Binary(bytes) => twin.binary(bytes),
        };
        verdict == Verdict::Malformed
    }

    /// What the callbacks have been told since.
    pub fn told(&self) -> Outcome {
        self.outcome.take()
    }

    /// What the twin's buffers hand over, by slot.
    pub fn flushed_in_rust(&self) -> Outcome {
        let mut outcome = Outcome::new();
        for (slot, buffer) in self.buffers.borrow_mut().iter_mut() {
            let Some(batch) = buffer.take() else { continue };
            if batch.dropped > 0 {
                outcome.push(format!("{slot} lost {}", batch.dropped));
            }
            let messages = batch.messages.into_iter().collect::<Array>();
            outcome.push(format!("{slot} {}", shown(&messages)));
        }
        outcome
    }
}

fn forwarded(tabs: &Array, frames: &Array, dropped: &Array) -> Forwarded {
    let text = |value: JsValue| value.as_string().unwrap();
    let raw = |frame: JsValue| match frame.dyn_ref::<ArrayBuffer>() {
        Some(buffer) => Raw::Binary(Uint8Array::new(buffer).to_vec()),
        None => Raw::Text(text(frame)),
    };
    let counts = dropped.to_vec();
    Forwarded {
        tabs: tabs.iter().map(text).collect(),
        frames: frames.iter().map(raw).collect(),
        dropped: counts
            .chunks_exact(2)
            .map(|pair| (text(pair[0].clone()), pair[1].as_f64().unwrap() as usize))
            .collect(),
    }
}

fn control_word(frame: &Inbound<JsValue>) -> String {
    let Inbound { join_ref, reference, topic, event, payload } = frame;
    format!("control {join_ref:?} {reference:?} {topic} {event} {}", shown(payload))
}

/// JSON, in which bytes are `{}`, and the bytes.
pub fn shown(value: &JsValue) -> String {
    let bytes = |name: &str| {
        let value = Reflect::get(value, &name.into()).ok()?;
        let buffer = value.dyn_ref::<ArrayBuffer>()?;
        Some(format!("{:?}", Uint8Array::new(buffer).to_vec()))
    };
    let json = JSON::stringify(value).map(String::from).unwrap_or_default();
    [json, bytes("payload").unwrap_or_default(), bytes("response").unwrap_or_default()].concat()
}

fn routes() -> Vec<(String, TopicRoutes)> {
    let replayed = "room:replay2-1795419069294";
    let topics =
        ["pub1", "bin1", "audited:5", "x1", "x2", "rs", "rsdb", "mf", "mf1", replayed, "db1", "größe"];
    let topic_routes = |(at, topic): (usize, &&str)| {
        let is_replayed = *topic == replayed;
        // As the recorded client's join.
        let join_ref = is_replayed.then_some(Reference(REPLAYED_JOIN));
        let mut routes = TopicRoutes { deduplicate: is_replayed, join_ref, ..TopicRoutes::default() };
        if at % 3 != 2 {
            routes.any = vec![1];
        }
        routes.events.insert("cursor".into(), vec![1, 2]);
        routes.events.insert("INSERT".into(), vec![2]);
        routes.changes.insert(19_164_736, vec![3, 4]);
        routes.changes.insert(47_307_394, vec![4, 5]);
        (format!("realtime:{topic}"), routes)
    };
    topics.iter().enumerate().map(topic_routes).collect()
}

/// As the router is given tabs.
pub fn array(tabs: &[&str]) -> Array {
    tabs.iter().map(|tab| JsValue::from_str(tab)).collect()
}
