/** What happens to the page, by the numbers that `environment.rs` knows. */
const online = 0;
const offline = 1;
const suspend = 2;
const resume = 3;
const visible = 4;
const hidden = 5;
const network = 6;

/**
 * Listens to the page. `tell(what, savesData, effectiveType)` is told what happens; the last two are of the network, where the
 * browser says anything of it. `now` tells what is so already, `end` ends the listening.
 */
export function listenToPage(tell) {
  // A worker has no document, and its visibility is not heard of; a connection has Chromium alone.
  const { document, navigator } = globalThis;
  const connection = navigator?.connection;

  const say = (what) => tell(what, false, undefined);
  const tellSeen = () => say(document.visibilityState === 'visible' ? visible : hidden);
  const tellNetwork = () => tell(network, connection.saveData === true, connection.effectiveType);

  const listeners = [
    [globalThis, 'online', () => say(online)],
    [globalThis, 'offline', () => say(offline)],
    [globalThis, 'pagehide', () => say(suspend)],
    // Every `load` is followed by a `pageshow`; only one of a page that was kept says that it is back.
    [globalThis, 'pageshow', ({ persisted }) => persisted && say(resume)],
    // Not every browser freezes pages.
    [document, 'freeze', () => say(suspend)],
    [document, 'resume', () => say(resume)],
    [document, 'visibilitychange', tellSeen],
    [connection, 'change', tellNetwork],
  ].filter(([target]) => target instanceof EventTarget);
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener);

  return {
    now() {
      if (connection instanceof EventTarget) tellNetwork();
      // A page that is made visible is asked about what may have happened before; one that begins is not.
      if (document?.visibilityState === 'hidden') say(hidden);
    },
    end() {
      for (const [target, name, listener] of listeners) target.removeEventListener(name, listener);
    },
  };
}
