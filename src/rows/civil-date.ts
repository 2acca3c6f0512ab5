/**
 * Calendar dates as days since 1970-01-01, in the proleptic Gregorian calendar, for years of four
 * digits.
 *
 * By arithmetic, since a `Date` for each value costs more than sealing it: March is taken as the
 * first month, so that the leap day comes last, and 400 years have 146,097 days.
 */

const ERA_DAYS = 146_097;
/** From 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468;
const LAST_DAYS = 2_932_896;
const FIRST_DAYS = -719_528;
const ISO_DATE = /^\d{4}-\d\d-\d\d$/;

/** Days of `YYYY-MM-DD`, or `null` when there is no such date. */
export function daysOfDate(text: string): number | null {
  if (!ISO_DATE.test(text)) return null;
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8));
  const year = Number(text.slice(0, 4)) - (month > 2 ? 0 : 1);
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const days = era * ERA_DAYS + yearOfEra * 365 + leapDays + dayOfYear - EPOCH_DAYS;
  // A thirteenth month or a 30th of February comes back as another date.
  return dateOfDays(days) === text ? days : null;
}

/** `YYYY-MM-DD`, or `null` for days before the year 0 or after 9999. */
export function dateOfDays(days: number): string | null {
  if (!(days >= FIRST_DAYS && days <= LAST_DAYS)) return null;
  const shifted = days + EPOCH_DAYS;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = ((monthFromMarch + 2) % 12) + 1;
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const year = yearOfEra + era * 400 + (month > 2 ? 0 : 1);
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
