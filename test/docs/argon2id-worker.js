/** One Argon2id run for each message, off the thread that runs the examples. */
import { parentPort } from 'node:worker_threads';
import { argon2id } from '@noble/hashes/argon2.js';

parentPort.on('message', ({ job, password, salt, memoryKiB, passes, lanes }) => {
  const tag = argon2id(password, salt, { m: memoryKiB, t: passes, p: lanes, dkLen: 32 });
  parentPort.postMessage({ job, tag });
});
