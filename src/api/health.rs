//! Health as JavaScript holds it; `js/health/monitor.ts` is its face.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::checked;
use super::realtime::RealtimeClient;
use crate::core::health::{
    CheckState, Health, Hour, Input, Latency, ProbeId, ProbeResult, Sample, Span, Status,
};
use crate::core::time::Instant;
use crate::shell::environment::epoch;
use crate::shell::object::fields::Fields;

#[wasm_bindgen]
impl RealtimeClient {
    /// Monitoring begins, or goes on with another interval in milliseconds.
    #[wasm_bindgen(js_name = healthStart)]
    pub fn health_start(&self, interval: f64) {
        self.driver.handle(Input::Wall { epoch: epoch() }.into());
        self.driver.handle(Input::Start { interval: interval as u64 }.into());
    }

    /// It ends.
    #[wasm_bindgen(js_name = healthStop)]
    pub fn health_stop(&self) {
        self.driver.handle(Input::Stop.into());
    }

    /// Something is to be watched, as `checkedCheck` has it; its `active` says whether it can be asked for.
    #[wasm_bindgen(js_name = healthRegister)]
    pub fn health_register(&self, name: &str, config: &JsValue) {
        self.driver.handle(Input::Register { name: name.into(), config: checked::check(config) }.into());
    }

    /// It is not to be watched any more.
    #[wasm_bindgen(js_name = healthUnregister)]
    pub fn health_unregister(&self, name: &str) {
        self.driver.handle(Input::Unregister { name: name.into() }.into());
    }

    /// Something was used. A latency below 0 was not measured.
    #[wasm_bindgen(js_name = healthObserved)]
    pub fn health_observed(&self, name: &str, is_ok: bool, latency: f64, message: String) {
        let latency = (latency >= 0.0).then_some(latency as u64);
        let message = Some(message).filter(|message| !message.is_empty());
        self.driver.handle(Input::Observed { name: name.into(), is_ok, latency, message }.into());
    }

    /// Something says itself how it is: `healthy`, `degraded`, `unhealthy` or `unknown`.
    #[wasm_bindgen(js_name = healthReported)]
    pub fn health_reported(&self, name: &str, status: &str, message: String) {
        let all = [Status::Healthy, Status::Degraded, Status::Unhealthy];
        let status = all.into_iter().find(|known| known.as_str() == status).unwrap_or(Status::Unknown);
        let message = Some(message).filter(|message| !message.is_empty());
        self.driver.handle(Input::Reported { name: name.into(), status, message }.into());
    }

    /// What came of a probe.
    #[wasm_bindgen(js_name = healthProbed)]
    pub fn health_probed(&self, probe: u32, is_ok: bool, latency: f64, message: String) {
        let latency = latency as u64;
        let result = if is_ok { ProbeResult::Ok { latency } } else { ProbeResult::Failed { message } };
        self.driver.handle(Input::Probed { probe: ProbeId(probe), result }.into());
    }

    /// A day of the history, as it was stored.
    #[wasm_bindgen(js_name = healthLoaded)]
    pub fn health_loaded(&self, text: String) {
        self.driver.handle(Input::Loaded { text }.into());
    }

    /// How everything stands, as `HealthStatus` in `js/health/types.ts`.
    #[wasm_bindgen(js_name = healthStatus)]
    pub fn health_status(&self) -> JsValue {
        self.driver.health(status).unwrap_or(JsValue::UNDEFINED)
    }

    /// The past of a check, as `HealthHistory` in `js/health/types.ts`.
    #[wasm_bindgen(js_name = healthHistory)]
    pub fn health_history(&self, name: &str) -> JsValue {
        self.driver.health(|health, now| history(health, now, name)).unwrap_or(JsValue::UNDEFINED)
    }
}

fn status(health: &Health, now: Instant) -> JsValue {
    let checks = Object::new();
    let mut fields = Fields::of(checks);
    for (name, state) in health.states() {
        fields = fields.with(name, check(name, state, now));
    }
    Fields::new()
        .text("overall", health.overall().as_str())
        .flag("offline", health.is_us())
        .with("interval", or_null(health.interval()))
        .with("checks", fields.done())
        .done()
}

fn check(name: &str, state: &CheckState, now: Instant) -> JsValue {
    let text = |text: &str| JsValue::from_str(text);
    Fields::new()
        .text("name", name)
        .text("status", state.status.as_str())
        .number("since", wall(now, state.since))
        .with("checked", state.checked.map_or(JsValue::NULL, |at| JsValue::from_f64(wall(now, at))))
        .with("latencyMs", or_null(state.latency))
        .with("message", state.message.as_deref().map_or(JsValue::NULL, text))
        .flag("critical", state.is_critical)
        .done()
}

fn history(health: &Health, now: Instant, name: &str) -> JsValue {
    let history = health.history(now, name);
    let hours = Array::new();
    for Hour { start, span: of } in &history.hours {
        hours.push(&span(of).number("start", *start as f64).done());
    }
    let recent = Array::new();
    for Sample { wall, latency, is_ok } in &history.recent {
        let sample = Fields::new().number("at", *wall as f64).with("latencyMs", or_null(*latency));
        recent.push(&sample.flag("ok", *is_ok).done());
    }
    Fields::new()
        .with("day", span(&history.day).done())
        .with("week", span(&history.week).done())
        .with("hours", hours.into())
        .with("recent", recent.into())
        .done()
}

fn span(span: &Span) -> Fields {
    let Latency { p50, p95, p99, samples } = span.latency;
    let latency = Fields::new().with("p50", or_null(p50)).with("p95", or_null(p95)).with("p99", or_null(p99));
    let uptime = span.uptime().map_or(JsValue::NULL, |mille| JsValue::from_f64(f64::from(mille) / 1_000.0));
    Fields::new()
        .number("healthyMs", span.up as f64)
        .number("degradedMs", span.degraded as f64)
        .number("unhealthyMs", span.down as f64)
        .number("unknownMs", span.unknown as f64)
        .with("uptime", uptime)
        .with("latencyMs", latency.done())
        .number("samples", samples as f64)
}

fn or_null(number: Option<u64>) -> JsValue {
    number.map_or(JsValue::NULL, |number| JsValue::from_f64(number as f64))
}

/// What the wall clock said at a moment.
fn wall(now: Instant, at: Instant) -> f64 {
    epoch().saturating_sub(now.since(at)) as f64
}
