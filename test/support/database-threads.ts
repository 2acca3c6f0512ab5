/**
 * The threads that PowerSync runs its databases in, used again: to start them takes ten times as long
 * as all that most tests do with a database.
 *
 * A thread that has closed its database is handed to the next one. It runs the SDK's own program, and
 * what the SDK sees of it is a thread that has ended.
 */
import { EventEmitter } from 'node:events';
import { type TransferListItem, Worker, type WorkerOptions } from 'node:worker_threads';

const idle: Worker[] = [];

/** For PowerSync's option `openWorker`. */
export function reusedThread(program: string | URL, options?: WorkerOptions): Worker {
  // What loads TypeScript into this process has nothing to do there.
  const thread = idle.pop() ?? new Worker(program, { ...options, execArgv: [] });
  thread.ref();
  return leaseOf(thread) as unknown as Worker;
}

/** As much of a thread as the SDK uses. */
function leaseOf(thread: Worker): EventEmitter {
  const lease = new EventEmitter();
  const passOn = (event: 'message' | 'error' | 'exit') => {
    const listener = (value: unknown) => void lease.emit(event, value);
    thread.on(event, listener);
    return () => thread.off(event, listener);
  };
  const ends = [passOn('message'), passOn('error'), passOn('exit')];
  return Object.assign(lease, {
    postMessage(message: { readonly type?: unknown }, transfer?: TransferListItem[]) {
      // By this the thread's program would end.
      if (message.type !== 'RELEASE') thread.postMessage(message, transfer);
    },
    async terminate() {
      for (const end of ends) end();
      thread.unref();
      idle.push(thread); // the SDK has closed the database
      lease.emit('exit', 0);
    },
  });
}
