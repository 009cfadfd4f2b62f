import { messageOf } from '../errors.js';
import { checkRealtimeSettings } from '../realtime/checkSettings.js';
import type { ProjectChange } from '../realtime/server.js';
import { InputError } from './input.js';

/** Reads what of a project is to change: settings of its realtime server, and whether it is suspended. */
export function readProjectChange({
  suspended,
  ...settings
}: Readonly<Record<string, unknown>>): ProjectChange {
  if (suspended !== undefined && typeof suspended !== 'boolean') {
    throw new InputError('"suspended" must be true or false');
  }
  try {
    return { ...checkRealtimeSettings(settings), ...(suspended === undefined ? {} : { suspended }) };
  } catch (cause) {
    throw new InputError(messageOf(cause));
  }
}
