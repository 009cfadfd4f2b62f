const key = 'wedsync-alert-notifications';

/** Whether the user of this device has asked to be told of alerts while nobody sees the page, and the browser allows it. */
export function wantsNotifications(): boolean {
  if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return false;
  try {
    return localStorage.getItem(key) === 'yes';
  } catch {
    // Storage may be forbidden: then the wish holds for this page alone.
    return false;
  }
}

export function rememberNotifications(): void {
  try {
    localStorage.setItem(key, 'yes');
  } catch {
    // As above.
  }
}
