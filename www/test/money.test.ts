import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPence, formatPoundsRounded, parsePounds } from '../src/lib/money.ts';

test('pence are shown only where there are any', () => {
  assert.equal(formatPence(1_250_000), '£12,500');
  assert.equal(formatPence(1_250_050), '£12,500.50');
  assert.equal(formatPence(0), '£0');
});

test('a tile shows whole pounds', () => {
  assert.equal(formatPoundsRounded(7_825_050), '£78,251');
});

test('pounds are read as people type them', () => {
  assert.equal(parsePounds('12500'), 1_250_000);
  assert.equal(parsePounds(' £12,500.5 '), 1_250_050);
  assert.equal(parsePounds('0.07'), 7);
  // 1234.56 * 100 is 123455.99999999999 in floating point.
  assert.equal(parsePounds('1,234.56'), 123_456);
});

test('what is not an amount is refused', () => {
  for (const text of ['', 'lots', '-5', '12.345', '1,2,3', '12,50', '1e5', '99999999999999999999']) {
    assert.equal(parsePounds(text), null, text);
  }
});
