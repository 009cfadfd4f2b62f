/** The parts of a Supabase error that tell what went wrong; auth and data errors share them. */
interface BackendError {
  message?: string;
  code?: string;
  status?: number;
  name?: string;
}

const unreachable = 'We could not reach the server. Check your connection and try again.';

function isNetworkFailure(error: BackendError): boolean {
  return (
    error.name === 'AuthRetryableFetchError' ||
    error.code === 'unreachable' ||
    error.code === 'timed_out' ||
    /failed to fetch|networkerror|load failed|fetch failed/i.test(error.message ?? '')
  );
}

/** What a person can do about a failed sign-in. */
export function signInSentence(error: BackendError): string {
  if (error.code === 'invalid_credentials') {
    return 'That email and password do not match. Check both and try again.';
  }
  if (error.code === 'email_not_confirmed') {
    return 'This email is not confirmed yet. Open the link in the message we sent you, then sign in.';
  }
  if (error.code === 'over_request_rate_limit' || error.status === 429) {
    return 'There have been too many attempts. Wait a minute and try again.';
  }
  if (isNetworkFailure(error)) return unreachable;
  if (error.status === 401 || error.status === 403) {
    return 'The server does not accept this app’s key. Ask the person who runs the app to check SUPABASE_ANON_KEY.';
  }
  return `The server could not sign you in (${error.message ?? 'no reason given'}). Try again in a moment.`;
}

/** What a person can do about data that could not be read or written. */
export function dataSentence(error: BackendError): string {
  if (isNetworkFailure(error)) return unreachable;
  switch (error.code) {
    // The dashboard's own: it does not ask a database that fails, and asks again by itself.
    case 'breaker_open':
    case 'bulkhead_full':
      return 'The server is not answering at the moment. It is asked again in a few seconds.';
    case 'user_changed':
      return 'Somebody else has signed in here meanwhile. Load the page again.';
    case 'PGRST301':
    case 'PGRST302':
    case 'PGRST303':
      return 'Your sign-in has expired. Sign out and sign in again.';
    case '42501':
      return 'Your account is not allowed to do this. Ask the owner of your business to change your role.';
    case '23514':
    case '22P02':
    case '22001':
    case '22003':
      return `The server did not accept one of the values (${error.message ?? 'no reason given'}). Correct it and save again.`;
    default:
      return `The server could not do this (${error.message ?? 'no reason given'}). Try again in a moment.`;
  }
}
