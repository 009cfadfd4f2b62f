/**
 * What data frames of a topic begin with, as the server writes them, and what of that comes again and again. A frame
 * that begins otherwise is read in another way, which takes longer and is never wrong.
 */
import { exactColumns } from './exact.js';
import { isObject, parsed } from './frames.js';

/** A head learns no more often than this what is usual: where nothing is, learning would cost more than it saves. */
const MOST_LESSONS = 20;
/** Stands where the columns of a change were while the rest of it is parsed; no frame can have it there. */
const ABSENT = Math.random();

/** Whether a text begins so: many times faster than `startsWith`. */
export function begins(text, beginning) {
  return text.slice(0, beginning.length) === beginning;
}

/** Whether a text ends so: faster than `endsWith`. */
export function ends(text, ending) {
  return text.slice(text.length - ending.length) === ending;
}

/** What stands around a broadcast's name, as the server writes it. */
const EVENT = '{"event":"';
const PAYLOAD = '","payload":';

/** The name of a broadcast, and where its innermost payload is; `undefined` unless it is written as the server writes it. */
export function namedBroadcast(head, data, broadcastEnd) {
  const open = head.text.length + EVENT.length;
  const close = data.indexOf('"', open);
  const start = close + PAYLOAD.length;
  // A string of its own: a part of a text would keep all of the text alive.
  const event = parsed(data.slice(open - 1, close + 1));
  const isPlain =
    data.slice(head.text.length, open) === EVENT &&
    data.slice(close, start) === PAYLOAD &&
    ends(data, broadcastEnd) &&
    typeof event === 'string';
  return isPlain ? { event, start, end: data.length - broadcastEnd.length } : undefined;
}

class Head {
  /** What the last two frames began with that began alike. */
  usual;
  /** Whether the frame that it was last found in begins with what is usual. */
  isUsual = false;
  /** Where the topic's frames go besides, if they go to other tabs. */
  forward;
  #last;
  #lessons = 0;

  constructor(text, routes) {
    this.text = text;
    this.routes = routes;
  }

  fits(data) {
    return this.look(data) || begins(data, this.text);
  }

  look(data) {
    this.isUsual = this.usual !== undefined && begins(data, this.usual.text);
    return this.isUsual;
  }

  /** Whether a frame of this name begins with something worth learning: the one before it had the same. */
  isLesson(name) {
    const isAgain = name === this.#last && this.#lessons < MOST_LESSONS;
    this.#last = name;
    if (isAgain) this.#lessons += 1;
    return isAgain;
  }
}

export class BroadcastHead extends Head {
  isChange = false;

  /** Such a broadcast came, and did not begin with what is usual. */
  came(data, name, audience) {
    if (!this.isLesson(name)) return;
    const text = `${this.text}{"event":${JSON.stringify(name)},"payload":`;
    if (begins(data, text)) this.usual = { text, name, audience };
  }
}

const COLUMNS = '"columns":';

/** The columns of a table are the same in all its changes, and a third of what there is to parse. */
export class ChangeHead extends Head {
  isChange = true;
  /** As they stood in the last two changes that were of one table. */
  #columns;

  came(text, data) {
    if (!this.isLesson(data.table)) return;
    const start = text.indexOf(`${COLUMNS}[`);
    const end = text.indexOf(']', start) + 1;
    const columns = parsed(text.slice(start + COLUMNS.length, end));
    if (!Array.isArray(columns) || !columns.every(isPlainColumn)) return;
    // A string of its own: a part of a text would keep all of the text alive.
    this.#columns = {
      text: parsed(JSON.stringify(text.slice(start, end))),
      columns,
      exact: exactColumns(columns),
    };
  }

  /**
   * What the text is if all that it has besides known columns is parsed; `undefined` if it has no such, or they are
   * not the change's own.
   */
  parse(text) {
    const at = this.#columns === undefined ? -1 : text.indexOf(this.#columns.text);
    if (at < 0) return undefined;
    const rest = text.slice(at + this.#columns.text.length);
    // Behind a space, digits are no more of this number.
    const payload = parsed(`${text.slice(0, at)}${COLUMNS}${ABSENT} ${rest}`);
    if (payload?.data?.columns !== ABSENT) return undefined;
    payload.data.columns = this.#columns.columns.map(({ name, type }) => ({ name, type }));
    return payload;
  }

  /** Those of the known columns that `exactColumns` tells. */
  get exact() {
    return this.#columns.exact;
  }
}

function isPlainColumn(column) {
  return isObject(column) && Object.keys(column).join() === 'name,type' && typeof column.type === 'string';
}
