import { describe, expect, it } from 'vitest';
import { dateOfDays, daysOfDate } from '../../src/rows/civil-date.js';

const DAY_MS = 86_400_000;
const FIRST = Date.parse('0000-01-01T00:00:00Z') / DAY_MS;
const LAST = Date.parse('9999-12-31T00:00:00Z') / DAY_MS;

describe('calendar dates', () => {
  it("agree with the platform's calendar on every month's edges, for ten thousand years", () => {
    for (let year = 0; year <= 9999; year++) {
      for (let month = 0; month < 12; month++) {
        const first = new Date(0);
        first.setUTCFullYear(year, month, 1);
        for (const days of [first.getTime() / DAY_MS, first.getTime() / DAY_MS - 1]) {
          if (days < FIRST) continue;
          const text = new Date(days * DAY_MS).toISOString().slice(0, 10);
          if (dateOfDays(days) !== text || daysOfDate(text) !== days) throw new Error(text);
        }
      }
    }
    expect(dateOfDays(FIRST)).toBe('0000-01-01');
    expect(dateOfDays(LAST)).toBe('9999-12-31');
  });

  it.each([
    '2023-02-29',
    '1900-02-29',
    '2023-04-31',
    '2023-13-01',
    '2023-00-10',
    '2023-01-00',
    '2023-01-32',
    '2023-1-01',
    '+2023-01-01',
    '2023-01-01 ',
    '２023-01-01',
    '',
  ])('there is no %j', (text) => {
    expect(daysOfDate(text)).toBeNull();
  });

  it.each([FIRST - 1, LAST + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    '%d days are no date',
    (days) => {
      expect(dateOfDays(days)).toBeNull();
    },
  );
});
