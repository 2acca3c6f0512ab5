/**
 * A store that fails on purpose: it numbers its calls, and at one of them something goes wrong.
 *
 * A crash is a call that never answers, so that nothing after it runs, not even a `catch`; whoever
 * runs the scenario races it against `crashed` and drops everything that was in memory.
 */
import type { VaultStore } from '../../src/index.js';
import type { OpenStore } from '../support/open-store.js';

export type CallName = keyof VaultStore;

/** Honest changes at the same moment: by another device, or by another tab with the same pin. */
const MEANWHILE = [
  'rotated elsewhere',
  'password changed elsewhere',
  'secret added elsewhere',
  'rotated in another tab',
];
/** What can go wrong at a read. A crash after it is a crash before the next call. */
const READ_FAULTS = ['crash-before', 'refuse', ...MEANWHILE];
/**
 * What can go wrong at a write: beside the above, the effect without the answer (`answer-lost`),
 * the answer without the effect (`forget`), and an effect that lasts only until it was read back.
 */
const WRITE_FAULTS = [...READ_FAULTS, 'crash-after', 'answer-lost', 'forget', 'forget-later'];

export interface Plan {
  /** Counted from 1. */
  readonly call: number;
  readonly name: CallName;
  readonly fault: string;
  /** Whether the new header is in the store by then. */
  readonly headerSaved: boolean;
}

/** Every way in which one of the counted calls can go wrong. */
export function plansFor(calls: readonly CallName[]): Plan[] {
  return calls.flatMap((name, i) => {
    const faults = name.startsWith('save') ? WRITE_FAULTS : READ_FAULTS;
    const headerSaved = calls.slice(0, i).includes('saveHeader');
    return faults.map((fault) => ({ call: i + 1, name, fault, headerSaved }));
  });
}

export interface FaultStore extends VaultStore {
  readonly calls: readonly CallName[];
  /** Settles when the process has "died". */
  readonly crashed: Promise<'crashed'>;
  /** The end of the scenario: what was to be forgotten later is forgotten now. */
  forgetNow(): void;
}

export interface FaultOptions {
  readonly plan?: Plan;
  /** Makes the change that another device or tab makes at that moment. */
  meanwhile?(fault: string): Promise<void>;
}

export function faultStore(device: OpenStore, options: FaultOptions = {}): FaultStore {
  const calls: CallName[] = [];
  const { promise: crashed, resolve: crash } = deferred<'crashed'>();
  const never = new Promise<never>(() => {});
  let forget: { after: CallName; undo(): void } | null = null;

  function forgetNow(): void {
    forget?.undo();
    forget = null;
  }

  async function call<T>(name: CallName, perform: () => Promise<T>): Promise<T> {
    calls.push(name);
    const fault = options.plan?.call === calls.length ? options.plan.fault : null;
    if (fault === 'crash-before') {
      crash('crashed');
      return never;
    }
    if (fault === 'refuse') throw new Error('The store refused.');
    if (fault === 'forget') return undefined as T;
    if (fault && MEANWHILE.includes(fault)) await options.meanwhile?.(fault);
    const undo = undoOf(device, name);
    const answer = await perform();
    if (fault === 'crash-after') {
      crash('crashed');
      return never;
    }
    if (fault === 'answer-lost') throw new Error('The connection broke.');
    if (forget?.after === name) forgetNow();
    if (fault === 'forget-later') forget = { after: readOf(name), undo };
    return answer;
  }

  return {
    calls,
    crashed,
    forgetNow,
    loadHeader: () => call('loadHeader', () => device.loadHeader()),
    saveHeader: (change) => call('saveHeader', () => device.saveHeader(change)),
    loadPin: () => call('loadPin', () => device.loadPin()),
    savePin: (pin) => call('savePin', () => device.savePin(pin)),
  };
}

/** Puts back what a write is about to replace. */
function undoOf(device: OpenStore, name: CallName): () => void {
  const { header, pin } = device;
  return () => {
    if (name === 'saveHeader') device.header = header;
    else device.pin = pin;
  };
}

function readOf(name: CallName): CallName {
  return name === 'saveHeader' ? 'loadHeader' : 'loadPin';
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
