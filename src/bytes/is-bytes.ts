/**
 * Whether a value is a `Uint8Array`, of this or any other realm (a test runner's, an iframe's),
 * where `instanceof` says no.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return (
    ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]'
  );
}
