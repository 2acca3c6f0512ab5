import * as hashWasm from 'hash-wasm';

// Section 3. The standard build of libsodium for JavaScript has no Argon2.

export interface Costs {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

export const argon2id = (password: Uint8Array, salt: Uint8Array, costs: Costs) =>
  hashWasm.argon2id({
    password,
    salt,
    memorySize: costs.memoryKiB,
    iterations: costs.passes,
    parallelism: costs.lanes,
    hashLength: 32,
    outputType: 'binary',
  });
