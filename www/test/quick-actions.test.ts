import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bookingPath, usualVenues, venuePlace } from '../src/lib/quick-actions.ts';

test('the venues of most weddings are offered, two of them, and none that was there only once', () => {
  const venues = ['Barn', 'Mill', null, ' Barn', 'Hall', 'Mill', 'Barn', 'Inn', 'Inn', '  ', ''];
  assert.deepEqual(usualVenues(venues), ['Barn', 'Inn']);
  assert.deepEqual(usualVenues(['Barn', 'Mill', null]), []);
  assert.deepEqual(usualVenues([]), []);
});

test('an address says which venue, not its name, and what is none is nobody’s', () => {
  for (const place of [0, 1]) {
    const { searchParams } = new URL(bookingPath(place), 'http://localhost');
    assert.equal(searchParams.get('status'), 'booked');
    assert.equal(venuePlace(searchParams.get('venue')), place);
  }
  for (const none of [undefined, null, '', '0', '-1', '10', '1.5', 'Barn', ['1']])
    assert.equal(venuePlace(none), null);
});
