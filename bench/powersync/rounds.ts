/** All scenes, played by turns: what a machine does meanwhile meets each of them alike. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchServer, play, startServer } from './processes.js';
import type { Figures, FirstSync, Scene, Sealing } from './scene.js';

export interface BenchSettings {
  /** Rows of the first sync. */
  readonly rows: number;
  /** Rows of a small database, whose restart is compared with that of the large one. */
  readonly fewRows: number;
  /** Rows of one large commit. */
  readonly batch: number;
  readonly rounds: number;
  /** A folder for V8's CPU profiles; none are made without. */
  readonly profileIn?: string;
  /** Hears what is played next. */
  readonly progress: (what: string) => void;
}

/** What came out of all rounds, by scene and variant, such as `first sync, plain`. */
export type Played = ReadonlyMap<string, Figures>;

const FIRST_SYNCS: readonly FirstSync['variant'][] = ['plain', 'applied', 'mirrored', 'written'];
const SEALINGS: readonly Sealing['variant'][] = ['open', 'backlog', 'written', 'whole'];
const PAIRS_PER_ROUND = 3;

/** One turn: how it is called, and how it is played in a folder of its own. */
interface Turn {
  readonly title: string;
  play(server: BenchServer): Promise<Figures>;
}

export async function playRounds(settings: BenchSettings): Promise<Played> {
  const { rows, fewRows, rounds, progress } = settings;
  const root = await mkdtemp(join(tmpdir(), 'rowseal-bench-'));
  progress(`${rows} rows are sealed for the server`);
  const server = await startServer({ counts: [rows, fewRows] });
  try {
    const turns = await turnsOf(settings, root, server);
    const played = new Map<string, Figures>();
    for (let round = 0; round < rounds; round++) {
      for (const { title, play } of turns) {
        progress(`round ${round + 1} of ${rounds}: ${title}`);
        played.set(title, joined(played.get(title), await play(server)));
      }
      turns.reverse();
    }
    return played;
  } finally {
    server.close();
    await rm(root, { recursive: true });
  }
}

async function turnsOf(settings: BenchSettings, root: string, { url }: BenchServer) {
  const { rows, fewRows, batch, profileIn, progress } = settings;
  const folder = () => mkdtemp(join(root, 'rowseal-'));
  const inFolder = (title: string, sceneIn: (folder: string) => Scene): Turn => ({
    title,
    async play() {
      const own = await folder();
      const figures = await play(sceneIn(own), profileIn);
      await rm(own, { recursive: true });
      return figures;
    },
  });
  const restarts: Turn[] = [];
  for (const [size, count] of [
    ['few', fewRows],
    ['all', rows],
  ] as const) {
    progress(`a database of ${count} rows is made`);
    const kept = await folder();
    await play({ name: 'first sync', variant: 'mirrored', rows: count, url, folder: kept });
    const title = `restart, ${size}`;
    restarts.push({ title, play: () => play({ name: 'restart', folder: kept }, profileIn) });
  }
  return [
    ...FIRST_SYNCS.map((variant) =>
      inFolder(`first sync, ${variant}`, (own) => ({
        ...{ name: 'first sync', variant, rows, url },
        folder: own,
      })),
    ),
    inFolder('app commits', (own) => ({
      ...{ name: 'app commits', rows: batch, pairs: PAIRS_PER_ROUND },
      folder: own,
    })),
    ...SEALINGS.map((variant) =>
      inFolder(`sealing, ${variant}`, (own) => ({
        ...{ name: 'sealing', variant, rows: batch },
        folder: own,
      })),
    ),
    ...restarts,
  ];
}

function joined(before: Figures = {}, now: Figures): Figures {
  return Object.fromEntries(
    Object.entries(now).map(([name, values]) => [name, [...(before[name] ?? []), ...values]]),
  );
}
