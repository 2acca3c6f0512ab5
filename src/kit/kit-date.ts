/**
 * The day on a kit, written so that nobody takes the month for the day.
 */
import { daysOfDate } from '../rows/civil-date.js';
import type { KitTexts } from './kit-texts.js';
import { fill } from './placeholders.js';

/** `YYYY-MM-DD`, where the device is. */
export function today(): string {
  const now = new Date();
  const parts = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}

export function assertDate(date: string): void {
  if (typeof date !== 'string') throw new TypeError('The date of a recovery kit is text.');
  if (daysOfDate(date) !== null) return;
  throw new RangeError('The date of a recovery kit is a day that exists, as YYYY-MM-DD.');
}

/** `28 November 2026`, in the texts' language. */
export function readableDate(date: string, texts: KitTexts): string {
  const [year = '', month, day] = date.split('-');
  return fill(texts.date, {
    year,
    month: texts.months[Number(month) - 1] as string,
    day: String(Number(day)),
  });
}
