//! The cache in a real browser: what lies in the databases of its user before and after a sign-out, as another library reads it.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;

use js_sys::{Array, Map, Promise, Reflect};
use rexie::{Rexie, TransactionMode};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wedsync_dashboard::api::realtime::RealtimeClient;

use crate::browser::{Inbox, client, object, text};

wasm_bindgen_test_configure!(run_in_browser);

/// Whom nobody may read of.
const COUPLE: &str = "Ann & Ben Rosewood";

#[wasm_bindgen(inline_js = r#"
export const databases = async () => (await indexedDB.databases()).map(({ name }) => name);
export const tokenOf = (sub) => ['e30', btoa(JSON.stringify({ sub })).replaceAll('=', ''), 'x'].join('.');
/** All that can be read of a value. */
export function textOf(value) {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = value instanceof Map || value instanceof Set ? [...value] : Object.entries(value);
  return parts.flat().map(textOf).join('\n');
}
/** What lies outside the databases. */
export async function others() {
  let text = textOf({ ...localStorage, ...sessionStorage });
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) text += `\n${request.url}\n${await (await cache.match(request)).text()}`;
  }
  return text;
}
"#)]
extern "C" {
    #[wasm_bindgen(js_name = databases)]
    fn database_names() -> Promise;
    #[wasm_bindgen(js_name = tokenOf)]
    fn token_of(sub: &str) -> String;
    #[wasm_bindgen(js_name = textOf)]
    fn text_of(value: &JsValue) -> String;
    #[wasm_bindgen(js_name = others)]
    fn other_text() -> Promise;
}

/// A page of a user's.
struct Page {
    client: RealtimeClient,
    news: Inbox,
    calls: u32,
}

impl Page {
    fn of(sub: &str) -> Self {
        let (client, news) = client(&token_of(sub).into(), &[]);
        client.store_open();
        client.cache_begin(8_000_000.0, false, false);
        Self { client, news, calls: 0 }
    }

    /// Until a call has ended; values are made ready to be written meanwhile, as `js/cache/executing.ts` does it.
    async fn end(&self) -> JsValue {
        loop {
            let told = self.news.next(|_| true).await;
            let field = |value: &JsValue, name: &str| Reflect::get(value, &name.into()).unwrap();
            let is_its = || field(&told, "call").as_f64() == Some(f64::from(self.calls));
            if text(&told, "type") == "settled" && is_its() {
                return told;
            }
            let news = field(&told, "news");
            if text(&told, "type") != "cache" || text(&news, "name") != "encode" {
                continue;
            }
            let mut options = vec![("name", field(&news, "key"))];
            if field(&news, "compresses").is_truthy() {
                options.push(("compressAbove", 1.into()));
            }
            let encoded = self.client.cache_encode(&field(&news, "value"), &object(&options)).unwrap();
            let encoded = match encoded.dyn_into::<Promise>() {
                Ok(promise) => JsFuture::from(promise).await.unwrap(),
                Err(encoded) => encoded,
            };
            let number = |value: &JsValue, name: &str| field(value, name).as_f64().unwrap();
            self.client.cache_encoded(
                number(&news, "request") as u32,
                field(&encoded, "body"),
                number(&encoded, "flags") as u8,
                number(&encoded, "bytes") as u32,
            );
        }
    }

    /// Sets a value, which is on the disk then.
    async fn set(&mut self, key: &str, value: &JsValue, compresses: bool) {
        self.calls += 1;
        let tags = Array::of1(&COUPLE.into());
        let keeping = object(&[
            ("ttlMs", 300_000.into()),
            ("staleMs", 300_000.into()),
            ("tags", tags.into()),
            ("dependsOn", Array::new().into()),
            ("compress", compresses.into()),
        ]);
        let entry = Array::of4(&key.into(), &"s1".into(), value, &keeping);
        self.client.cache_set(self.calls, &Array::of1(&entry));
        self.end().await;
    }

    async fn sign_out(&mut self) {
        self.calls += 1;
        self.client.store_wipe(self.calls, true);
        self.end().await;
    }
}

/// The databases that the name of the couple can be read in, and the number of all records.
async fn found(of: &str) -> (Vec<String>, usize) {
    let (mut places, mut count) = (Vec::new(), 0);
    let names = Array::from(&JsFuture::from(database_names()).await.unwrap());
    for name in names.iter().filter_map(|name| name.as_string()).filter(|name| name.contains(of)) {
        let database = Rexie::builder(&name).build().await.unwrap();
        let mut has_name = name.contains(COUPLE);
        for store in database.store_names() {
            let transaction = database.transaction(&[&*store], TransactionMode::ReadOnly).unwrap();
            let all = transaction.store(&store).unwrap().scan(None, None, None, None).await.unwrap();
            transaction.done().await.unwrap();
            for (key, record) in all {
                has_name |= text_of(&key).contains(COUPLE) || text_of(&record).contains(COUPLE);
                count += 1;
            }
        }
        database.close();
        if has_name {
            places.push(name);
        }
    }
    let others = JsFuture::from(other_text()).await.unwrap().as_string().unwrap();
    if others.contains(COUPLE) {
        places.push("elsewhere".into());
    }
    (places, count)
}

/// A user whom no other test has, and no earlier run.
fn user() -> String {
    ["user-", js_sys::Math::random().to_string().trim_start_matches("0.")].concat()
}

#[wasm_bindgen_test]
async fn signing_out_leaves_nothing_readable_in_any_database() {
    let user = user();
    let mut page = Page::of(&user);
    page.set("text", &COUPLE.into(), false).await;
    page.set(COUPLE, &object(&[("name", COUPLE.into())]), false).await;
    let clone = Map::new();
    clone.set(&COUPLE.into(), &COUPLE.into());
    page.set("clone", &clone, false).await;
    page.set("compressed", &COUPLE.repeat(1_000).into(), true).await;
    let (places, count) = found(&user).await;
    assert!(matches!(&places[..], [one] if one.ends_with("/cache")), "{places:?}");
    assert!(count > 0);
    page.sign_out().await;
    assert_eq!(found(&user).await, (vec![], 0));
    drop(page);
}

#[wasm_bindgen_test]
async fn what_is_one_users_is_in_no_database_of_the_next_one() {
    let (amelia, ben) = (user(), user());
    let mut page = Page::of(&amelia);
    page.set("text", &COUPLE.into(), false).await;
    page.client.set_auth(Some(token_of(&ben)));
    page.set("text", &"Ben’s".into(), false).await;
    assert_eq!(found(&ben).await.0, Vec::<String>::new());
    assert_eq!(found(&amelia).await.0.len(), 1);
    page.sign_out().await;
    assert_eq!(found(&ben).await, (vec![], 0));
    assert_eq!(found(&amelia).await.0.len(), 1, "another one’s sign-out is not hers");
}
