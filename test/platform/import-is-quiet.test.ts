import { createContext, runInContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { bundleCore } from '../support/bundle.js';

/** Calls that an import must not make, by where a script would find them. */
const HOST_FUNCTIONS = [
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame'],
  ...['fetch', 'WebSocket', 'XMLHttpRequest', 'EventSource', 'Worker', 'BroadcastChannel'],
  ...['addEventListener', 'postMessage', 'importScripts', 'require'],
];
const HOST_OBJECTS: Readonly<Record<string, readonly string[]>> = {
  crypto: ['getRandomValues', 'randomUUID'],
  console: ['log', 'info', 'warn', 'error', 'debug', 'trace'],
  localStorage: ['getItem', 'setItem'],
  sessionStorage: ['getItem', 'setItem'],
  indexedDB: ['open', 'databases'],
  process: ['on', 'emitWarning', 'nextTick', 'exit'],
  performance: ['now', 'mark'],
};

/** A host that writes down every call of anything it offers. */
function listeningHost(): { host: object; calls: string[] } {
  const calls: string[] = [];
  const listener = (name: string) => () => {
    calls.push(name);
  };
  const functions = HOST_FUNCTIONS.map((name) => [name, listener(name)]);
  const objects = Object.entries(HOST_OBJECTS).map(([name, methods]) => [
    name,
    Object.fromEntries(methods.map((method) => [method, listener(`${name}.${method}`)])),
  ]);
  return { host: Object.fromEntries([...functions, ...objects]), calls };
}

/** Every property of the global object and of all built-in objects, as text. */
const SNAPSHOT = `(() => {
  const lines = [];
  const seen = new Set();
  const walk = (path, object) => {
    if (seen.has(object)) return;
    seen.add(object);
    for (const key of Reflect.ownKeys(object)) {
      const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(object, key);
      const here = path + '.' + String(key);
      lines.push(here + ' ' + typeof value + typeof get + typeof set + JSON.stringify(flags));
      for (const inner of [value, get, set]) {
        if ((typeof inner === 'object' && inner) || typeof inner === 'function') walk(here, inner);
      }
    }
  };
  walk('globalThis', globalThis);
  return lines.join('\\n');
})()`;

/** Replaces what tells time or makes randomness by what writes down that it was asked. */
const LISTEN = `
  globalThis.asked = [];
  const listen = (object, name) => {
    const original = object[name];
    object[name] = function () { asked.push(name); return original.apply(this, arguments); };
  };
  listen(Math, 'random');
  listen(Date, 'now');
`;

async function importQuietly(prepare = '') {
  const { host, calls } = listeningHost();
  const context = createContext(host);
  const run = (script: string) => runInContext(script, context);
  run(`{ ${prepare} }`);
  const script = await bundleCore();
  // The bundle's one name is a local here: whatever else appears, the package itself made.
  const wrapped = `(() => { ${script}; return rowseal; })()`;
  const before = run(SNAPSHOT);
  const exports = run(wrapped) as Record<string, unknown>;
  return { run, calls, before, exports };
}

describe('importing the package', () => {
  it('calls nothing of its host: no randomness, no timer, no storage, no output', async () => {
    const { calls, exports } = await importQuietly();
    expect(typeof exports.createVault).toBe('function');
    expect(calls).toEqual([]);
  });

  it('asks neither for the time nor for Math.random', async () => {
    const { run } = await importQuietly(LISTEN);
    expect(run('asked.join()')).toBe('');
  });

  it('leaves the global object and every built-in object as they were', async () => {
    const { run, before } = await importQuietly();
    expect((before as string).split('\n').length).toBeGreaterThan(500);
    expect(run(SNAPSHOT)).toBe(before);
  });

  it('works where every built-in object is frozen', async () => {
    const freeze = `
      for (const name of Object.getOwnPropertyNames(globalThis)) {
        const value = globalThis[name];
        if (typeof value !== 'function' && (typeof value !== 'object' || !value)) continue;
        if (value === globalThis) continue;
        if (value.prototype) Object.freeze(value.prototype);
        Object.freeze(value);
      }`;
    const { exports } = await importQuietly(freeze);
    expect(typeof exports.openVault).toBe('function');
  });

  it('does so in this process, too', async () => {
    const getRandomValues = vi.spyOn(crypto, 'getRandomValues');
    const output = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
    const names = Object.getOwnPropertyNames(globalThis);
    const listeners = process.eventNames();
    vi.resetModules();
    await import('../../src/index.js');
    expect(getRandomValues).not.toHaveBeenCalled();
    for (const write of output) expect(write).not.toHaveBeenCalled();
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(names);
    expect(process.eventNames()).toEqual(listeners);
    vi.restoreAllMocks();
  });
});
