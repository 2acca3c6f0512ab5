/** Faults that wait to come true. */
import { rowKey } from './buckets.js';
import type { StreamFault, UploadFault, Write } from './sync-server.js';

export interface Faults {
  add(faults: {
    readonly uploads?: readonly UploadFault[];
    readonly streams?: readonly StreamFault[];
  }): void;
  clear(): void;
  /** The first fault that fits this upload, used up by one. */
  takeForUpload(device: string, writes: readonly Write[]): UploadFault | null;
  takeForStream(device: string, kinds: readonly StreamFault['kind'][]): StreamFault | null;
}

export function createFaults(): Faults {
  let uploads: UploadFault[] = [];
  let streams: StreamFault[] = [];
  return {
    add(faults) {
      uploads.push(...(faults.uploads ?? []));
      streams.push(...(faults.streams ?? []));
    },
    clear() {
      uploads = [];
      streams = [];
    },
    takeForUpload(device, writes) {
      const rows = new Set(writes.map(({ table, id }) => rowKey(table, id)));
      return takeOnce(uploads, (fault) => {
        if (fault.device !== undefined && fault.device !== device) return false;
        return !fault.row || rows.has(rowKey(fault.row.table, fault.row.id));
      });
    },
    takeForStream(device, kinds) {
      return takeOnce(streams, (fault) => {
        if (fault.device !== undefined && fault.device !== device) return false;
        return kinds.includes(fault.kind);
      });
    },
  };
}

function takeOnce<Fault extends { readonly times?: number }>(
  faults: Fault[],
  fits: (fault: Fault) => boolean,
): Fault | null {
  const index = faults.findIndex(fits);
  const fault = faults[index];
  if (!fault) return null;
  const left = (fault.times ?? 1) - 1;
  faults.splice(index, 1, ...(left > 0 ? [{ ...fault, times: left }] : []));
  return fault;
}
