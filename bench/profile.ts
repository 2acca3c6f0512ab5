/**
 * Where the time of one function goes: `npm run --silent build && npx tsx bench/profile.ts encryptRow`.
 *
 * Runs it alone over the benchmark's rows and prints the functions with the greatest self time.
 * V8 counts what it inlined with the function that it was inlined into.
 */
import { Session } from 'node:inspector/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nobleAead } from '../dist/index.js';
import { rowseal } from './peers/rowseal.js';
import { makeRows } from './rows.js';

const SECONDS = 5;
const SHOWN = 25;
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const name = process.argv[2] ?? 'encryptRow';
if (name !== 'encryptRow' && name !== 'decryptRow') {
  throw new Error(`Pass encryptRow or decryptRow, not '${name}'.`);
}
const peer = await rowseal(nobleAead);
const rows = makeRows(1000);
const stored = await Promise.all(rows.map((row) => peer.encrypt(row)));
const runAll =
  name === 'encryptRow'
    ? () => rows.forEach((row) => void peer.encrypt(row))
    : () => stored.forEach((each) => void peer.decrypt(each));
runFor(1);

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: 100 });
await session.post('Profiler.start');
const count = runFor(SECONDS);
const { nodes, samples = [] } = (await session.post('Profiler.stop')).profile;

const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
const hits = new Map<string, number>();
for (const sample of samples) {
  const frame = byId.get(sample);
  if (!frame) continue;
  const file = frame.url.startsWith('file:') ? relative(ROOT, fileURLToPath(frame.url)) : frame.url;
  const place = `${frame.functionName || 'anonymous'}  ${file}:${frame.lineNumber + 1}`;
  hits.set(place, (hits.get(place) ?? 0) + 1);
}
console.log(`${name}: ${Math.round(count / SECONDS).toLocaleString('en')} rows/s while profiled`);
for (const [place, hit] of [...hits].sort((a, b) => b[1] - a[1]).slice(0, SHOWN)) {
  console.log(`${((100 * hit) / samples.length).toFixed(1).padStart(5)} %  ${place}`);
}

function runFor(seconds: number): number {
  const end = performance.now() + seconds * 1000;
  let done = 0;
  for (; performance.now() < end; done += rows.length) runAll();
  return done;
}
