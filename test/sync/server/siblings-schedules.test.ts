/**
 * Three devices that edit, upload, lose answers, send again, merge and disappear, in random order,
 * against the shipped SQL: whatever the server ever accepted must be there, in place or merged.
 *
 * Contents are sets here: an edit adds a number, a merge is a union. So 'there' is a subset.
 */
import { defineTable } from 'rowseal';
import { expect, it } from 'vitest';
import { type Chance, createChance } from '../../../examples/bank-statement/seeded-chance.js';
import { serverSql } from '../../../src/sync/server/server-sql.js';
import { payloadIdOf, payloadText } from '../../support/payload-text.js';
import { openPostgres, type Postgres } from './open-postgres.js';

const SCHEDULES = 1500;
const STEPS = 90;

type Content = ReadonlySet<number>;
interface Upload {
  readonly payload: string;
  readonly parents: string;
}
interface Device {
  content: Content;
  /** Payloads that its content holds, as far as the server may still have them. */
  merged: readonly string[];
  queue: Upload[];
  /** How many of the queue were sent since the last answer. */
  sent: number;
}
/** One row's life. */
interface Schedule {
  readonly id: string;
  readonly chance: Chance;
  readonly devices: Device[];
  readonly contents: Map<string, Content>;
  readonly accepted: Set<number>;
  /** The row as the server has it: what is in place, and its siblings. */
  served: readonly string[];
  edits: number;
}

function newSchedule(seed: number): Schedule {
  const chance = createChance(seed * 7919 + 1);
  const devices = [newDevice(), newDevice(), newDevice()];
  const contents = new Map<string, Content>();
  const [served, accepted] = [[], new Set<number>()];
  return { id: `n${seed}`, chance, devices, contents, accepted, served, edits: 0 };
}

function newDevice(): Device {
  return { content: new Set(), merged: [], queue: [], sent: 0 };
}

/** What happens next to a row: mostly nothing that the server sees, else what it gets. */
function step(schedule: Schedule): Upload | null {
  const { chance, devices } = schedule;
  const at = chance.below(devices.length);
  const device = devices[at] as Device;
  const what = chance.below(20);
  if (what < 5) edit(schedule, device, true);
  else if (what < 9) merge(schedule, device);
  else if (what < 10) devices[at] = newDevice();
  else return send(schedule, device);
  return null;
}

function edit(schedule: Schedule, device: Device, adds: boolean): void {
  schedule.edits += 1;
  const payload = payloadText(`${schedule.id} ${schedule.edits}`);
  device.content = adds ? new Set([...device.content, schedule.edits]) : device.content;
  schedule.contents.set(payload, device.content);
  device.queue.push({ payload, parents: device.merged.map(payloadIdOf).join(' ') });
  device.merged = [payload];
}

/** Reads the row; if its siblings added something, that is sent at once or left to another. */
function merge(schedule: Schedule, device: Device): void {
  const { contents, served, chance } = schedule;
  const opened = served.map((payload) => contents.get(payload) as Content);
  device.content = new Set([...device.content, ...opened.flatMap((content) => [...content])]);
  device.merged = [...new Set([...device.merged, ...served])];
  const inPlace = opened[0]?.size ?? 0;
  if (served.length > 1 && device.content.size > inPlace && chance.below(2) === 0) {
    edit(schedule, device, false);
  }
}

/** The next upload of its batch; the answer to the batch may be lost, and it is sent again. */
function send({ chance }: Schedule, device: Device): Upload | null {
  const upload = device.queue[device.sent];
  if (upload === undefined) return null;
  device.sent += 1;
  const end = chance.below(6);
  if (end === 0) device.sent = 0;
  else if (end < 4 || device.sent === device.queue.length) {
    device.queue.splice(0, device.sent);
    device.sent = 0;
  }
  return upload;
}

async function upload(db: Postgres, sent: ReadonlyMap<Schedule, Upload>): Promise<void> {
  const schedules = [...sent.keys()];
  const rows = await db.run(
    `INSERT INTO notes_sealed (id, payload, parents)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
    ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, parents = excluded.parents
    RETURNING payload, siblings`,
    [
      schedules.map(({ id }) => id),
      [...sent.values()].map(({ payload }) => payload),
      [...sent.values()].map(({ parents }) => parents),
    ],
  );
  for (const [at, schedule] of schedules.entries()) {
    const { payload, parents } = sent.get(schedule) as Upload;
    const siblings = rows[at]?.siblings as string;
    expect(rows[at]?.payload).toBe(payload);
    expect(siblings).toBe(siblingsByTheRule(schedule.served, payload, parents));
    schedule.served = [payload, ...siblings.split(' ').filter((text) => text !== '')];
    for (const number of schedule.contents.get(payload) as Content) schedule.accepted.add(number);
  }
}

/** The rule in other words than the trigger's. */
function siblingsByTheRule(before: readonly string[], payload: string, parents: string): string {
  const kept = new Set(before);
  kept.delete(payload);
  for (const text of before) if (parents.split(' ').includes(payloadIdOf(text))) kept.delete(text);
  return [...kept].sort().join(' ');
}

function lost({ served, contents, accepted }: Schedule): readonly number[] {
  const there = new Set(served.flatMap((payload) => [...(contents.get(payload) as Content)]));
  return [...accepted].filter((number) => !there.has(number));
}

it(`loses nothing in ${SCHEDULES} schedules, at no step`, async () => {
  const db = await openPostgres();
  await db.exec(serverSql([defineTable('notes', {})]));
  const schedules = Array.from({ length: SCHEDULES }, (_, seed) => newSchedule(seed + 1));
  let mostSiblings = 0;
  let uploads = 0;
  for (let at = 0; at < STEPS; at++) {
    const sent = new Map<Schedule, Upload>();
    for (const schedule of schedules) {
      const next = step(schedule);
      if (next) sent.set(schedule, next);
    }
    await upload(db, sent);
    uploads += sent.size;
    for (const schedule of sent.keys()) {
      if (lost(schedule).length > 0) expect(lost(schedule), schedule.id).toEqual([]);
      mostSiblings = Math.max(mostSiblings, schedule.served.length - 1);
    }
  }
  await db.close();
  // The schedules are worth something: many uploads, and rows that nobody merged for long.
  expect(uploads).toBeGreaterThan(SCHEDULES * 10);
  expect(mostSiblings).toBeGreaterThan(5);
});
