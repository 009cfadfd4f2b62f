//! Heartbeats go on where a page's own timers do not: they tick in a worker.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use browser::{Inbox, broadcasts, client, status, subscribe};
use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wedsync_dashboard::api::realtime::RealtimeClient;
use wedsync_dashboard::core::page::Ticking;
use wedsync_dashboard::core::time::Instant;
use wedsync_dashboard::shell::wake::Wake;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = r#"
const real = { setTimeout: globalThis.setTimeout, Worker: globalThis.Worker, create: URL.createObjectURL };
export function stopTimers() { globalThis.setTimeout = () => 0; }
export function forbidWorkers() { globalThis.Worker = class { constructor() { throw new Error('forbidden'); } }; }
export function refuseWorkerScript() { URL.createObjectURL = () => 'blob:' + location.origin + '/00000000-none'; }
/** Constructed without a word, as of a script whose imports are broken: one never runs, one fails without a message. */
export function breakWorkers(isHeard) {
  globalThis.Worker = class {
    constructor() { if (isHeard) real.setTimeout.call(globalThis, () => this.onerror(new ErrorEvent('error', { message: '' }))); }
    postMessage() {}
    terminate() {}
  };
}
/** The first tick comes so late; then it ticks as it is told. */
export function delayWorkers(millis) {
  globalThis.Worker = class {
    constructor() { this.postMessage(millis); }
    postMessage(delay) {
      clearTimeout(this.timer);
      this.timer = real.setTimeout.call(globalThis, () => this.onmessage({ data: 0 }), delay);
    }
    terminate() { clearTimeout(this.timer); }
  };
}
export function pause(millis) { return new Promise((resolve) => real.setTimeout.call(globalThis, resolve, millis)); }
export function restore() {
  Date.now = now;
  globalThis.setTimeout = real.setTimeout;
  globalThis.Worker = real.Worker;
  URL.createObjectURL = real.create;
}
let started = 0;
let last;
const now = Date.now;
// The wall clock goes on while the machine sleeps, the monotonic one does not; then the worker finds the gap and tells.
export function sleepAnHour() {
  Date.now = () => now() + 3_600_000;
  last.dispatchEvent(new MessageEvent('message', { data: 0 }));
}
let ended = 0;
let posts = 0;
export function posted() { return posts; }
globalThis.Worker = class extends real.Worker {
  constructor(...given) { super(...given); started += 1; last = this; }
  postMessage(...given) { posts += 1; super.postMessage(...given); }
  terminate() { ended += 1; super.terminate(); }
};
real.Worker = globalThis.Worker;
export function runningWorkers() { return started - ended; }
const send = WebSocket.prototype.send;
export function watchSends(tell) {
  WebSocket.prototype.send = function (data) { tell(data); return send.call(this, data); };
}
"#)]
extern "C" {
    #[wasm_bindgen(js_name = stopTimers)]
    fn stop_timers();
    #[wasm_bindgen(js_name = forbidWorkers)]
    fn forbid_workers();
    #[wasm_bindgen(js_name = refuseWorkerScript)]
    fn refuse_worker_script();
    fn restore();
    #[wasm_bindgen(js_name = breakWorkers)]
    fn break_workers(is_heard: bool);
    #[wasm_bindgen(js_name = delayWorkers)]
    fn delay_workers(millis: u32);
    fn pause(millis: u32) -> js_sys::Promise;
    #[wasm_bindgen(js_name = runningWorkers)]
    fn running_workers() -> i32;
    fn posted() -> u32;
    #[wasm_bindgen(js_name = sleepAnHour)]
    fn sleep_an_hour();
    #[wasm_bindgen(js_name = watchSends)]
    fn watch_sends(tell: &Function);
}

/// A live client with its notifications and what it sends.
async fn live() -> (RealtimeClient, Inbox, Inbox) {
    live_with(&[]).await
}

async fn live_with(more: &[(&str, JsValue)]) -> (RealtimeClient, Inbox, Inbox) {
    let sent = Inbox::default();
    watch_sends(&sent.put());
    let often = [("heartbeatIntervalMs", 1_000.into()), ("visibleHeartbeatIntervalMs", 1_000.into())];
    let (client, news) = client(&JsValue::NULL, &[&often[..], more].concat());
    subscribe(&client, "lobby", &broadcasts(&[]), &Function::new_no_args(""));
    status(&news, "lobby", "live").await;
    (client, news, sent)
}

async fn two_heartbeats(sent: &Inbox) {
    for _ in 0..2 {
        sent.next(|frame| frame.as_string().is_some_and(|frame| frame.contains("\"heartbeat\""))).await;
    }
}

#[wasm_bindgen_test]
async fn heartbeats_go_on_while_the_pages_timers_stand_still() {
    let (client, _, sent) = live().await;
    stop_timers();
    two_heartbeats(&sent).await;
    restore();
    client.disconnect();
}

#[wasm_bindgen_test]
async fn a_link_proves_itself_after_a_sleep_that_the_monotonic_clock_missed() {
    let sent = Inbox::default();
    watch_sends(&sent.put());
    let (client, news) = client(
        &JsValue::NULL,
        &[("heartbeatIntervalMs", 50_000.into()), ("visibleHeartbeatIntervalMs", 50_000.into())],
    );
    subscribe(&client, "lobby", &broadcasts(&[]), &Function::new_no_args(""));
    status(&news, "lobby", "live").await;
    sleep_an_hour();
    sent.next(|frame| frame.as_string().is_some_and(|frame| frame.contains("\"heartbeat\""))).await;
    restore();
    client.disconnect();
}

#[wasm_bindgen_test]
async fn a_client_at_rest_has_no_worker_running() {
    let before = running_workers();
    let (client, ..) = live().await;
    assert_eq!(running_workers(), before + 1);
    client.disconnect();
    assert_eq!(running_workers(), before);
}

#[wasm_bindgen_test]
async fn without_workers_the_pages_own_timer_serves() {
    forbid_workers();
    let (client, _, sent) = live().await;
    restore();
    two_heartbeats(&sent).await;
    client.disconnect();
}

#[wasm_bindgen_test]
async fn where_the_workers_script_is_refused_the_pages_own_timer_takes_over() {
    refuse_worker_script();
    let (client, _, sent) = live().await;
    restore();
    two_heartbeats(&sent).await;
    client.disconnect();
}

/// A timer that is set anew every 50 ms, what it has told, and how often it has woken.
struct Beat {
    wake: Rc<Wake>,
    told: Rc<RefCell<Vec<Ticking>>>,
    woken: Rc<Cell<u64>>,
}

impl Beat {
    fn start() -> Self {
        let (told, woken) = (Rc::new(RefCell::new(Vec::new())), Rc::new(Cell::new(0)));
        let (tell, count) = (Rc::clone(&told), Rc::clone(&woken));
        let wake = Rc::new_cyclic(|wake: &std::rc::Weak<Wake>| {
            let wake = wake.clone();
            let woken = move || {
                count.set(count.get() + 1);
                if let Some(wake) = wake.upgrade() {
                    set(&wake, count.get());
                }
            };
            Wake::new(woken, move |ticking| tell.borrow_mut().push(ticking))
        });
        set(&wake, 0);
        Self { wake, told, woken }
    }

    fn told(&self) -> Vec<Ticking> {
        assert_eq!(self.wake.ticking(), self.told.borrow().last().copied());
        self.told.borrow().clone()
    }
}

fn set(wake: &Wake, round: u64) {
    wake.set(Instant::from_millis(50 * round), Some(Instant::from_millis(50 * (round + 1))), true);
}

async fn after(millis: u32) {
    JsFuture::from(pause(millis)).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_worker_proves_itself_by_its_first_tick() {
    let beat = Beat::start();
    assert_eq!(beat.told(), [], "nothing is known yet");
    after(2_500).await;
    assert_eq!(beat.told(), [Ticking::InWorker], "told once");
    assert!(beat.woken.get() > 10);
    // At rest the worker ends; the next has to prove itself too.
    beat.wake.set(Instant::from_millis(0), None, true);
    break_workers(false);
    set(&beat.wake, 0);
    restore();
    after(2_500).await;
    assert_eq!(beat.told(), [Ticking::InWorker, Ticking::InPage]);
}

#[wasm_bindgen_test]
async fn a_deadline_that_moves_away_is_not_told_to_the_worker_and_an_earlier_one_is() {
    let woken = Rc::new(Cell::new(0));
    let count = Rc::clone(&woken);
    let wake = Wake::new(move || count.set(count.get() + 1), |_| {});
    let at = Instant::from_millis;
    let set = |deadline| wake.set(at(0), Some(at(deadline)), true);
    set(60_000);
    after(500).await;
    assert_eq!(woken.get(), 1, "the worker has ticked");
    let before = posted();
    set(300);
    for later in [400, 30_000, 5_000, 300] {
        set(later);
    }
    assert_eq!(posted(), before + 1);
    after(500).await;
    assert_eq!(woken.get(), 2, "at the earliest of them");
    set(60_000);
    set(100);
    assert_eq!(posted(), before + 3);
    after(300).await;
    assert_eq!(woken.get(), 3);
    wake.set(at(0), None, true);
}

#[wasm_bindgen_test]
async fn scenario_20_behind_a_worker_that_never_ticks_the_page_keeps_the_time_and_it_is_told_after_2_s() {
    break_workers(false);
    let beat = Beat::start();
    restore();
    after(1_000).await;
    assert!(beat.woken.get() > 5, "nothing waits for the worker");
    assert_eq!(beat.told(), [], "it may tick yet");
    after(1_500).await;
    assert_eq!(beat.told(), [Ticking::InPage]);
}

#[wasm_bindgen_test]
async fn scenario_20_an_error_without_a_message_is_told_at_once() {
    break_workers(true);
    let beat = Beat::start();
    restore();
    after(500).await;
    assert_eq!(beat.told(), [Ticking::InPage]);
    assert!(beat.woken.get() > 2);
}

#[wasm_bindgen_test]
async fn scenario_20_a_socket_stays_up_beside_a_worker_that_does_nothing() {
    for is_heard in [false, true] {
        break_workers(is_heard);
        let log = Inbox::default();
        let (client, news, sent) = live_with(&[("onLog", log.put().into())]).await;
        restore();
        two_heartbeats(&sent).await;
        log.next(|entry| browser::text(entry, "event") == "ticking_in_page").await;
        two_heartbeats(&sent).await;
        let is_down = |news: &JsValue| browser::text(news, "type") == "disconnected";
        assert!(!news.any(is_down), "the server has its heartbeats");
        client.disconnect();
    }
}

#[wasm_bindgen_test]
async fn a_worker_that_ticks_late_keeps_the_time_from_then_on() {
    delay_workers(2_500);
    let beat = Beat::start();
    restore();
    after(3_000).await;
    assert_eq!(beat.told(), [Ticking::InPage, Ticking::InWorker]);
    let before = beat.woken.get();
    stop_timers();
    // What the page set before still fires; it has nothing to do with it any more.
    after(500).await;
    restore();
    assert!(beat.woken.get() > before + 3);
}

#[wasm_bindgen_test]
async fn something_else_runs_in_time_beside_it_while_the_pages_timers_stand_still() {
    let beat = Beat::start();
    let ran = Inbox::default();
    let tick = |run: &Function| {
        let answer = beat.wake.tick().call2(&JsValue::NULL, &16.into(), run).unwrap();
        answer.as_bool().unwrap()
    };
    assert!(!tick(&ran.put()), "the worker has not proved itself");
    after(2_500).await;
    stop_timers();
    let before = beat.woken.get();
    let started = js_sys::Date::now();
    // Asked for twice it runs once, and may be asked for again.
    for _ in 0..2 {
        assert!(tick(&ran.put()) && tick(&ran.put()));
        ran.next(|_| true).await;
    }
    let took = js_sys::Date::now() - started;
    assert!((30.0..400.0).contains(&took), "{took} ms");
    after(300).await;
    restore();
    assert_eq!(ran.len(), 0);
    assert!(beat.woken.get() > before + 2, "the timer itself goes on");
    assert!(tick(&ran.put()));
    beat.wake.set(Instant::from_millis(0), None, true);
    assert!(!tick(&ran.put()), "at rest there is no worker");
    after(300).await;
    assert_eq!(ran.len(), 0);
}

#[wasm_bindgen_test]
async fn without_workers_nothing_else_is_promised_to_run_in_time() {
    forbid_workers();
    let beat = Beat::start();
    restore();
    after(300).await;
    let answer = beat.wake.tick().call2(&JsValue::NULL, &16.into(), &Function::new_no_args(""));
    assert_eq!(answer.unwrap(), JsValue::FALSE);
}
