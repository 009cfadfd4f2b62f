import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataSentence, signInSentence } from '../src/lib/sentences.ts';

test('a failed sign-in says what to do', () => {
  assert.match(
    signInSentence({ code: 'invalid_credentials', message: 'Invalid login credentials' }),
    /do not match/,
  );
  assert.match(signInSentence({ status: 429, message: 'slow down' }), /Wait a minute/);
  assert.match(
    signInSentence({ name: 'AuthRetryableFetchError', status: 0, message: 'Failed to fetch' }),
    /could not reach the server/,
  );
  assert.match(signInSentence({ status: 401, message: 'No API key found' }), /SUPABASE_ANON_KEY/);
  assert.match(signInSentence({ status: 500, message: 'Database error' }), /Database error/);
});

test('failed reads and writes tell a lost network from a refusal', () => {
  assert.match(dataSentence({ message: 'TypeError: Failed to fetch' }), /could not reach the server/);
  assert.match(
    dataSentence({ message: 'NetworkError when attempting to fetch resource.' }),
    /could not reach/,
  );
  assert.match(dataSentence({ code: 'unreachable', message: 'no network' }), /could not reach the server/);
  assert.match(dataSentence({ code: 'breaker_open', message: 'open' }), /asked again in a few seconds/);
  assert.match(dataSentence({ code: '42501', message: 'row-level security' }), /not allowed/);
  assert.match(dataSentence({ code: 'PGRST303', message: 'JWT expired' }), /sign in again/);
  assert.match(
    dataSentence({ code: '23514', message: 'clients_guest_count_check' }),
    /clients_guest_count_check/,
  );
});
