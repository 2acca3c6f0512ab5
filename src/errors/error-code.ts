/**
 * Every code a `RowsealError` can carry; switch on it, never on the message.
 *
 * For each: what happened, what the app should do, what to tell the user, and what is lost.
 * `docs/errors.md` is made of these texts.
 */
export type RowsealErrorCode =
  /**
   * The secret did not open the vault: it is another one, no slot is of its kind, or the slot is
   * damaged.
   *
   * - App: which of these it is, nobody can tell; ask again, or offer the recovery key, and don't
   *   tell the server. After `resumeVault`, ask for the password and call `keepUnlocked` again.
   * - User: “This did not open your data. Check the password, or use the recovery key.”
   * - Lost: nothing.
   */
  | 'UNLOCK_FAILED'
  /**
   * The stored vault header is damaged or is none.
   *
   * - App: load it again; where the vault was open before, open with `{ offline: true }`.
   * - User: “The server's copy of your keys is damaged. Nothing on this device is; try again
   *   later.”
   * - Lost: nothing, while a device or a backup has the header.
   */
  | 'HEADER_MALFORMED'
  /**
   * The secret is right, but somebody changed the header or made one that breaks the rules.
   *
   * - App: use nothing of it; load it again or open with `{ offline: true }`, and look into the
   *   server; right after writing, look into the `aead` backend.
   * - User: “The server sent changed keys. Nothing of them was used.”
   * - Lost: nothing.
   */
  | 'HEADER_TAMPERED'
  /**
   * The store shows an older header than this device knows, or one that does not follow from it.
   *
   * - App: start nothing over; open with `{ offline: true }`, and find out whether the server was
   *   restored from a backup.
   * - User: “The server shows an older state of your vault. An old password may work there again.”
   * - Lost: nothing on this device; the server lacks the changes since.
   */
  | 'HEADER_ROLLBACK'
  /**
   * The vault was changed elsewhere meanwhile, or there is one already.
   *
   * - App: open it again and repeat the change; if opening itself says so, let the user compare
   *   `fingerprintOf` on two devices, then call `adoptHeader`. Where `createVault` says so, open
   *   the vault that is there.
   * - User: “Your vault was changed on another device. Please try again.”
   * - Lost: nothing. Mostly the change was not made; the vault, once open, tells.
   */
  | 'HEADER_CONFLICT'
  /**
   * The store shows another vault than the one this device knows, or than the one to be replaced;
   * or the rows of a database are from another one.
   *
   * - App: ask for no secret; only if the user started over on purpose, open with `{ replaces }`.
   *   From a mirror it is the database that is another user's, and there is nothing to tell: call
   *   `logOut`, and start again.
   * - User: “The server shows another vault than yours. Do not type your password, unless you
   *   started over on another device.”
   * - Lost: nothing.
   */
  | 'VAULT_MISMATCH'
  /**
   * The store has no vault header, or this device remembers none.
   *
   * - App: never answer it with `createVault` for a user who had a vault; try again, or open with
   *   `{ offline: true }`.
   * - User: “Your vault can't be found on the server. Please keep this device as it is.”
   * - Lost: nothing, while a device or a backup has the header.
   */
  | 'VAULT_MISSING'
  /**
   * The app's store or keeper threw (see `cause`), did not keep what was written, or gave back
   * something damaged; or a database is in somebody else's hands.
   *
   * - App: try again; `message` says whether a change may be in effect, and then the vault opens
   *   with the new secret or with the old one. After `resumeVault`, ask for the password; after
   *   `keepUnlocked`, go on with the vault, which is open. From `startMirror` and `logOut`, close
   *   what else has the database open; from a mirror, use the one that took the database over. On a
   *   row in a mirror's `troubledRows`, which the database fails to take: `retry`.
   * - User: “This could not be saved or loaded. Check the connection and try again.”
   * - Lost: nothing.
   */
  | 'STORE_FAILED'
  /**
   * The header asks for password costs that no rowseal app would choose; none were spent.
   *
   * - App: don't ask for the password again; open with `{ offline: true }`, and look into the
   *   server.
   * - User: “The server's copy of your keys was changed. Do not type your password again.”
   * - Lost: nothing.
   */
  | 'KDF_PARAMS_REFUSED'
  /**
   * Argon2id in plain JavaScript would take over half a minute on this engine.
   *
   * - App: pass a native Argon2id: `byPassword(password, { kdf })`.
   * - User: nothing: it shows at the first run.
   * - Lost: nothing.
   */
  | 'KDF_BACKEND_REQUIRED'
  /**
   * Something is larger or more than the formats allow: a row over 1 MiB, 16 slots, 256 keys, a
   * clock thousands of years ahead.
   *
   * - App: `message` says what; make it smaller before writing, and keep what the server sent as it
   *   is.
   * - User: “This is too large to be saved.”
   * - Lost: nothing; nothing was written.
   */
  | 'LIMIT_EXCEEDED'
  /**
   * A later version of rowseal or of the app wrote this header, row, pin, recovery key or database.
   *
   * - App: keep it as it is, and update.
   * - User: “Update the app to see this.”
   * - Lost: nothing.
   */
  | 'UNSUPPORTED_VERSION'
  /**
   * The change would leave the vault without a password or a recovery key that somebody has seen.
   *
   * - App: add one of them first.
   * - User: “Set a password or a recovery key before you remove this.”
   * - Lost: nothing; nothing was changed.
   */
  | 'LAST_SLOT'
  /**
   * The recovery key's checksum does not fit.
   *
   * - App: ask again, and show the text as it was typed.
   * - User: “The recovery key has a typing error. Compare it group by group.”
   * - Lost: nothing.
   */
  | 'RECOVERY_KEY_TYPO'
  /**
   * The password is empty, over 1024 bytes, not well-formed, or has control characters.
   *
   * - App: ask for another one.
   * - User: “Please choose another password, without tabs or line breaks.”
   * - Lost: nothing.
   */
  | 'PASSWORD_REFUSED'
  /**
   * The vault was locked, and its keys are gone from memory.
   *
   * - App: open it again.
   * - User: nothing but the question for the secret.
   * - Lost: nothing.
   */
  | 'LOCKED'
  /**
   * The row names a data key that this vault does not hold; an `UnknownKeyError`.
   *
   * - App: keep the row, load the header again and open the vault; rows may arrive before the
   *   header that they need. One under a key that was dropped opens after `recallKeys`, with an
   *   earlier header.
   * - User: “Some entries wait for this device to catch up.”
   * - Lost: nothing, unless the header with that key is gone for good.
   */
  | 'UNKNOWN_KEY'
  /**
   * The row was written after its key was revoked, or under one that was dropped and recalled: by
   * whoever it was taken from, or by one of the user's devices that was offline.
   *
   * - App: keep it and ask; once the user knows, open it with `{ acceptRetired: true }` and seal it
   *   again.
   * - User: “This entry was written with a key that you revoked. Was one of your devices offline
   *   then?”
   * - Lost: nothing.
   */
  | 'KEY_RETIRED'
  /**
   * The row's envelope or its authentic content breaks the format.
   *
   * - App: keep it as it is and show the last good version.
   * - User: “This entry is damaged; you see its last good version.”
   * - Lost: what this version of the row said, unless a good copy exists.
   */
  | 'ROW_MALFORMED'
  /**
   * The row is not what was sealed: it was changed, cut, or moved here from another place.
   *
   * - App: keep it as it is and show the last good version; look into the server.
   * - User: “This entry was changed outside the app; you see its last good version.”
   * - Lost: what this version of the row said, unless a good copy exists.
   */
  | 'ROW_AUTH_FAILED'
  /**
   * The row was deleted by somebody who has the vault.
   *
   * - App: skip it, and remove the plaintext copy.
   * - User: nothing.
   * - Lost: the row, on purpose; `encryptRow` with the delete as `previous` inserts it again.
   */
  | 'ROW_DELETED'
  /**
   * Where the sealed payload belongs there is plaintext, or nothing.
   *
   * - App: never show it; find what writes plaintext: the server, or an old version of the app.
   * - User: “This entry did not come from your devices and is not shown.”
   * - Lost: nothing that was sealed, while a good copy exists.
   */
  | 'NOT_ENCRYPTED'
  /**
   * A value would not come back exactly as it is: of another type, or nothing its column can hold.
   *
   * - App: `message` names the column and what it takes; check the input.
   * - User: “This can't be saved as it is.”
   * - Lost: nothing; the row was not sealed.
   */
  | 'VALUE_UNSUPPORTED'
  /**
   * An upload would have shown the server what is declared encrypted, and was not sent.
   *
   * - App: mend it: plaintext tables come from `encryptedTables`, which keeps them on the device,
   *   and only the mirror writes to sealed ones. An entry that is queued already stays, and uploads
   *   with it, until `onExposure` of `uploadWith` takes it or, in development, the database is
   *   cleared.
   * - User: “Some of your changes could not be sent safely and stay on this device. Please update
   *   the app.”
   * - Lost: nothing; the write stays in the upload queue.
   */
  | 'EXPOSURE_REFUSED'
  /**
   * A file is no export of a vault, or not as it was written: cut off, changed, put together from
   * several.
   *
   * - App: from `openExport`, ask for another file. On an entry, go on reading: what opens of the
   *   others is authentic, but rows may be missing or old. `report()` says whether the end is
   *   missing or the file was changed; look for another copy of it.
   * - User: “This file is no backup, or a damaged one. What could be read of it was restored;
   *   parts may be missing.”
   * - Lost: what the damaged lines said, unless there is another copy.
   */
  | 'EXPORT_DAMAGED'
  /**
   * The platform has no working `crypto.getRandomValues`.
   *
   * - App: on React Native, import `react-native-get-random-values` first; otherwise stop, since
   *   there is no safe substitute.
   * - User: “This device can't make safe keys.”
   * - Lost: nothing; nothing was written.
   */
  | 'NO_SECURE_RANDOM';
