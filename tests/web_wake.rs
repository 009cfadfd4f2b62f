//! Heartbeats go on where a page's own timers do not: they tick in a worker.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;

use browser::{Inbox, broadcasts, client, status, subscribe};
use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wedsync_dashboard::api::realtime::RealtimeClient;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = r#"
const real = { setTimeout: globalThis.setTimeout, Worker: globalThis.Worker, create: URL.createObjectURL };
export function stopTimers() { globalThis.setTimeout = () => 0; }
export function forbidWorkers() { globalThis.Worker = class { constructor() { throw new Error('forbidden'); } }; }
export function refuseWorkerScript() { URL.createObjectURL = () => 'blob:' + location.origin + '/00000000-none'; }
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
globalThis.Worker = class extends real.Worker {
  constructor(...given) { super(...given); started += 1; last = this; }
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
    #[wasm_bindgen(js_name = runningWorkers)]
    fn running_workers() -> i32;
    #[wasm_bindgen(js_name = sleepAnHour)]
    fn sleep_an_hour();
    #[wasm_bindgen(js_name = watchSends)]
    fn watch_sends(tell: &Function);
}

/// A live client with its notifications and what it sends.
async fn live() -> (RealtimeClient, Inbox, Inbox) {
    let sent = Inbox::default();
    watch_sends(&sent.put());
    let (client, news) = client(
        &JsValue::NULL,
        &[("heartbeatIntervalMs", 1_000.into()), ("visibleHeartbeatIntervalMs", 1_000.into())],
    );
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
