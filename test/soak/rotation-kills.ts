/**
 * Two devices re-encrypt the same rows while they edit them and the keys change once more, and are killed
 * again and again; a third was offline throughout and comes with edits. Then the old keys are dropped: no
 * edit may be lost, and every row must open on a fresh device.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { keyCloser } from '../../examples/sync-server/connector.js';
import {
  dropRetiredKeys,
  generateRecoveryKey,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { keyPrefix } from '../../src/rows/key-use.js';
import { complaint } from './compare.js';
import { type Edit, type Editor, editsOf, opener, reencryptToTheEnd } from './rotation-app.js';
import { beginRotation, endAllRotations, killRotation, order, reportOf } from './rotation-lives.js';
import { countOf, type RotationWorld, rotationWorld, untilSuch } from './rotation-world.js';

/** A life ends so long after it has begun, at most. */
const LONGEST_LIFE_MS = 1500;
/** So many kills under one primary key. */
const KILLS_A_KEY = 4;

export interface RotationResult {
  readonly rows: number;
  readonly edits: number;
  /** How often the keys were changed. */
  readonly changes: number;
}

type Edits = ReadonlyMap<Editor, readonly Edit[]>;

/** Throws a complaint that names what was lost, was sent twice, or does not open. */
export async function killRotations(kills: number, seed: number): Promise<RotationResult> {
  const world = await rotationWorld(seed);
  try {
    const laptop = [await world.newFolder('laptop'), world.server.url, 'laptop'];
    const phone = [await world.newFolder('phone'), world.server.url, 'phone'];
    let vault = world.first;
    let changes = 0;
    for (let left = kills; left > 0; left -= KILLS_A_KEY) {
      vault = await changeKeys(world, vault, ++changes);
      const now = Math.min(left, KILLS_A_KEY);
      await Promise.all([
        killAgain(world, laptop, Math.ceil(now / 2)),
        killAgain(world, phone, Math.floor(now / 2)),
      ]);
    }
    const edits = await finish(
      world,
      await Promise.all([beginRotation(laptop), beginRotation(phone)]),
    );
    const lean = await dropOldKeys(world, vault);
    const rows = await expectAll(world, lean, edits);
    return { rows, edits: [...edits.values()].flat().length, changes };
  } finally {
    endAllRotations();
    await world.close();
  }
}

/** Every other time the vault is rekeyed. */
async function changeKeys({ desk }: RotationWorld, vault: Vault, count: number): Promise<Vault> {
  if (count % 2 === 1) return rotateDataKey(desk.store, vault);
  const recoveryKey = generateRecoveryKey();
  return (await rekeyVault(desk.store, vault, { keep: [opener], recoveryKey })).vault;
}

async function killAgain(
  { random }: RotationWorld,
  args: readonly string[],
  kills: number,
): Promise<void> {
  for (let life = 1; life <= kills; life++) {
    const child = await beginRotation(args);
    const started = reportOf(child, 'started');
    started.catch(() => {}); // it may be killed before
    order(child, 'go');
    if (random.chance(0.85)) await started;
    await wait(random.below(LONGEST_LIFE_MS));
    await killRotation(child);
  }
}

/** The two go to the end, the third one comes, and all go to the end once more. */
async function finish(
  { server, tablet, tabletMirror }: RotationWorld,
  [laptop, phone]: readonly [ChildProcess, ChildProcess],
): Promise<Edits> {
  for (const child of [laptop, phone]) order(child, 'go');
  await Promise.all([laptop, phone].map((child) => reportOf(child, 'started')));
  const end = async () => {
    const reports = [laptop, phone].map((child) => reportOf(child, 'finished'));
    for (const child of [laptop, phone]) order(child, 'finish');
    return Promise.all(reports);
  };
  await end();
  tablet.connect();
  await untilSuch(async () => (await countOf(tablet.db, 'ps_crud')) === 0);
  await reencryptToTheEnd(tablet, tabletMirror);
  await end();
  const sent = (await server.uploads()).length;
  const [ofLaptop, ofPhone] = await end();
  await reencryptToTheEnd(tablet, tabletMirror);
  const again = (await server.uploads()).length - sent;
  if (again > 0) throw new Error(`${again} uploads came when all was done.`);
  return new Map<Editor, readonly Edit[]>([
    ['laptop', ofLaptop?.edits ?? []],
    ['phone', ofPhone?.edits ?? []],
    ['tablet', await editsOf(tablet.db)],
  ]);
}

async function dropOldKeys({ server, desk }: RotationWorld, vault: Vault): Promise<Vault> {
  const closeKeys = keyCloser({ url: server.url, owner: 'ada', device: 'desk' });
  const { vault: lean, left } = await dropRetiredKeys(desk.store, vault, { closeKeys });
  const [primary, ...others] = lean.keys;
  if (others.length > 0) throw new Error(`${left} payloads hold ${others.length} old keys.`);
  const uses = await server.query("SELECT prefix FROM rowseal_key_use('ada')");
  const old = uses.filter(({ prefix }) => prefix !== keyPrefix(String(primary?.id)));
  if (old.length > 0)
    throw complaint(
      'Old keys are named',
      old.map((use) => JSON.stringify(use)),
    );
  return lean;
}

/** Returns how many rows a device has that had nothing before. */
async function expectAll(world: RotationWorld, vault: Vault, edits: Edits): Promise<number> {
  const fresh = await world.newDevice('fresh');
  const mirror = await fresh.start();
  await mirror.waitForFirstSync();
  await untilSuch(async () => mirror.status.settled);
  const troubled = await mirror.troubledRows();
  if (troubled.length > 0) {
    throw complaint(
      'Rows do not open',
      troubled.map((row) => JSON.stringify(row)),
    );
  }
  if (mirror.vault?.epoch !== vault.epoch) throw new Error('The fresh device has other keys.');
  type Row = { readonly id: string } & Readonly<Record<Editor, number | null>>;
  const rows = new Map(
    (await fresh.db.getAll<Row>('SELECT * FROM notes')).map((row) => [row.id, row]),
  );
  const lost = [...edits].flatMap(([editor, made]) => {
    const last = new Map(made.map(({ note, value }) => [note, value]));
    const gone = [...last].filter(([note, value]) => rows.get(note)?.[editor] !== value);
    return gone.map(
      ([note, value]) => `${editor} had set ${value}: ${JSON.stringify(rows.get(note) ?? note)}`,
    );
  });
  if (lost.length > 0) throw complaint('Edits are lost', lost);
  const known = new Set([...edits.values()].flat().map(({ note }) => note));
  const strange = [...rows.keys()].filter((id) => !known.has(id) && !/^n\d+$/.test(id));
  if (strange.length > 0) throw complaint('Rows are from nowhere', strange);
  await mirror.close();
  return rows.size;
}
