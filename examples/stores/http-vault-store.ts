/**
 * A vault store over HTTP: `GET` loads the header, and a `PUT` with `If-Match` is the
 * compare-and-swap. The pin stays on the device; the server must never be able to write it.
 */
import type { VaultStore } from 'rowseal';

/** Where this device keeps its pin: IndexedDB, a file, SQLite. It must survive log-out. */
export type PinStore = Pick<VaultStore, 'loadPin' | 'savePin'>;

/**
 * @param url the address of the user's header, such as `https://api.example.com/vault`
 * @param authorization says who the user is to the server; never the vault password
 */
export function httpVaultStore(url: string, authorization: string, pins: PinStore): VaultStore {
  const request = (
    method: string,
    headers: Record<string, string> = {},
    body: string | null = null,
  ) => fetch(url, { method, body, headers: { authorization, ...headers } });
  return {
    async loadHeader() {
      const response = await request('GET');
      if (response.status === 404) return null;
      // Only a clear 'there is none' is null: a failing server must not look like a new user.
      if (response.status !== 200) throw new Error(`The server said ${response.status}.`);
      return response.text();
    },
    async saveHeader({ header, expected }) {
      const precondition = expected
        ? { 'if-match': `"${expected.hash}"` }
        : { 'if-none-match': '*' };
      const response = await request('PUT', precondition, header);
      // 412: another device was first. rowseal reads back and says HEADER_CONFLICT.
      if (response.ok || response.status === 412) return;
      throw new Error(`The server said ${response.status}.`);
    },
    loadPin: () => pins.loadPin(),
    savePin: (pin) => pins.savePin(pin),
  };
}
