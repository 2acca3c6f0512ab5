import { createContext, runInContext } from 'node:vm';

/** What ECMAScript 2022 has, less what some engines that run apps leave out. */
const GLOBALS = [
  ...['Object', 'Function', 'Array', 'Number', 'Boolean', 'String', 'Symbol', 'BigInt', 'Promise'],
  ...['Date', 'RegExp', 'Math', 'JSON', 'Reflect', 'Proxy', 'Map', 'Set', 'WeakMap', 'WeakSet'],
  ...['WeakRef', 'ArrayBuffer', 'DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray'],
  ...['Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array'],
  ...['Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'],
  ...['AggregateError', 'parseInt', 'parseFloat', 'isNaN', 'isFinite', 'NaN', 'Infinity'],
  ...['undefined', 'globalThis', 'encodeURIComponent', 'decodeURIComponent'],
];

/** Methods that came after ECMAScript 2022. */
const LATER: Readonly<Record<string, readonly string[]>> = {
  'Array.prototype': ['findLast', 'findLastIndex', 'toReversed', 'toSorted', 'toSpliced', 'with'],
  Array: ['fromAsync'],
  'Object.getPrototypeOf(Uint8Array.prototype)': [
    ...['findLast', 'findLastIndex', 'toReversed', 'toSorted', 'with'],
  ],
  'Uint8Array.prototype': ['toBase64', 'toHex', 'setFromBase64', 'setFromHex'],
  Uint8Array: ['fromBase64', 'fromHex'],
  'ArrayBuffer.prototype': ['resize', 'transfer', 'transferToFixedLength', 'resizable', 'detached'],
  'String.prototype': ['isWellFormed', 'toWellFormed', 'toLocaleString'],
  'Set.prototype': [
    ...['union', 'intersection', 'difference', 'symmetricDifference'],
    ...['isSubsetOf', 'isSupersetOf', 'isDisjointFrom'],
  ],
  'DataView.prototype': ['getFloat16', 'setFloat16'],
  Object: ['groupBy'],
  Map: ['groupBy'],
  Promise: ['withResolvers', 'try'],
  Math: ['f16round', 'sumPrecise'],
  RegExp: ['escape'],
  Error: ['captureStackTrace'],
};

const STRIP = `
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!GLOBALS.includes(name)) delete globalThis[name];
  }
  for (const [owner, names] of Object.entries(LATER)) {
    const object = (0, Function)('return ' + owner)();
    for (const name of names) delete object[name];
  }
`;

/** `TextEncoder` of the context's own realm, and `crypto` with its one function. */
const PROVIDE = `
  globalThis.TextEncoder = class TextEncoder {
    encode(text) { return Uint8Array.from(outside.encode(String(text))); }
  };
  globalThis.crypto = { getRandomValues(into) { into.set(outside.random(into.length)); return into; } };
`;

/** Where scripts run that have no more than a bare context. */
export interface BareContext {
  run(script: string): unknown;
  /** Runs a bundle that makes a global `rowseal`. */
  load(bundle: string): void;
}

/**
 * A realm with nothing but ECMAScript 2022, `TextEncoder` and `crypto.getRandomValues`, as the
 * least of the engines that the core must run on.
 */
export function bareContext(): BareContext {
  const context = createContext({});
  const run = (script: string) => runInContext(script, context);
  run(`'use strict'; { const GLOBALS = ${JSON.stringify(GLOBALS)};
    const LATER = ${JSON.stringify(LATER)}; ${STRIP} }`);
  const outside = {
    encode: (text: string) => new TextEncoder().encode(text),
    random: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  };
  (run(`(function (outside) { ${PROVIDE} })`) as (outside: object) => void)(outside);
  // Node looks every global of such a context up outside of it: as parameters they are found
  // twenty times faster, which Argon2id needs.
  const names = GLOBALS.filter((name) => name !== 'undefined' && name !== 'globalThis').join();
  const load = (bundle: string) => {
    run(`globalThis.rowseal = ((${names}) => { ${bundle}; return rowseal; })(${names})`);
  };
  return { run, load };
}
