import type { Dashboard } from '../dashboard.js';
import { DashboardError } from '../errors.js';

/** A component that tracks something on a channel, as its page sees it. */
interface Tracker {
  /** Its subscription's id. */
  id: string;
  /** Tells it why what it tracks is not tracked; `null` if it is. */
  tell: (error: DashboardError | null) => void;
  /** What it tracks; nothing while its subscription does not stand. */
  offer: Offer | undefined;
  /** Whether it has been told that another one tracks something else. */
  clashes: boolean;
}

interface Offer {
  state: Record<string, unknown>;
  /** The state's text: equal states are equal texts. */
  text: string;
}

/** What a tracker does for its component. */
export interface Tracking {
  /** Tracks this from now on; `undefined` for nothing. */
  offer: (offer: Offer | undefined) => void;
  /** Whether somebody else on the page goes on tracking on the channel. */
  isShared: () => boolean;
  /** The component is gone: the next one takes its place. */
  leave: () => void;
}

/** What is told, or mended, elsewhere. */
const SETTLED_ELSEWHERE: string[] = ['closed', 'unknown_subscription', 'user_changed'];

const pages = new WeakMap<Dashboard, Map<string, Place>>();

/** Enters a component among those that track on a channel; `place` is the channel's name and kind. */
export function enter(
  dashboard: Dashboard,
  place: string,
  { id, tell }: Pick<Tracker, 'id' | 'tell'>,
): Tracking {
  const places = pages.get(dashboard) ?? new Map<string, Place>();
  pages.set(dashboard, places);
  const here = places.get(place) ?? new Place(dashboard);
  places.set(place, here);
  const tracker: Tracker = { id, tell, offer: undefined, clashes: false };
  here.trackers.add(tracker);
  return {
    offer(offer) {
      tracker.offer = offer;
      here.settleSoon();
    },
    isShared: () => here.first !== undefined && here.first !== tracker,
    leave() {
      here.trackers.delete(tracker);
      tracker.offer = undefined;
      // At once, before its subscription ends: others see no leave and join.
      here.settle();
      if (here.trackers.size === 0 && places.get(place) === here) places.delete(place);
    },
  };
}

/** A channel, on which a page is one presence: the first component's state is tracked, and others may give the same. */
class Place {
  readonly trackers = new Set<Tracker>();
  first: Tracker | undefined;
  #tracked: Offer | undefined;
  readonly #dashboard: Dashboard;
  #isSettling = false;

  constructor(dashboard: Dashboard) {
    this.#dashboard = dashboard;
  }

  /** Once all components have rendered that a change concerns. */
  settleSoon(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    queueMicrotask(() => {
      this.#isSettling = false;
      this.settle();
    });
  }

  settle(): void {
    const offering = [...this.trackers].filter(({ offer }) => offer !== undefined);
    const [first] = offering;
    const isOther = first !== this.first || first?.offer !== this.#tracked;
    this.first = first;
    this.#tracked = first?.offer;
    if (first?.offer && isOther) this.#track(first, first.offer);
    for (const tracker of offering) {
      const clashes = tracker.offer?.text !== first?.offer?.text;
      if (tracker.clashes !== clashes) tracker.tell(clashes ? conflict() : null);
      tracker.clashes = clashes;
    }
  }

  #track(tracker: Tracker, offer: Offer): void {
    const tell = (error: DashboardError | null) => {
      if (tracker.offer === offer) tracker.tell(error);
    };
    // The core says it again after each reconnection, the component as another user; that a subscription has ended is told
    // by its own error.
    this.#dashboard.realtime.track(tracker.id, offer.state).then(
      () => tell(null),
      (error: DashboardError) => {
        if (!error.retryable && !SETTLED_ELSEWHERE.includes(error.code)) tell(error);
      },
    );
  }
}

function conflict(): DashboardError {
  return new DashboardError(
    'topic_conflict',
    'Another component of this page tracks another state on this channel. A page is one presence there: give both the ' +
      'same state, or let one of them only watch.',
  );
}
