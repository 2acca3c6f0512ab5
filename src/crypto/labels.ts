/**
 * Every label of every derivation, in one place: two keys that share a label would be one key.
 *
 * A label is the `info` of HKDF (RFC 5869, section 3.2). No label is the beginning of another
 * except `appKey`, which the key's length and the app's own text follow.
 */
export const LABEL = {
  recoverySlot: 'rowseal/1 recovery key slot',
  secretSlot: 'rowseal/1 secret slot',
  slotCommitment: 'rowseal/1 slot commitment',
  slotWrap: 'rowseal/1 slot wrap',
  vaultKeyId: 'rowseal/1 vault key id',
  headerMac: 'rowseal/1 header MAC',
  exportMac: 'rowseal/1 export MAC',
  keysetWrap: 'rowseal/1 keyset wrap',
  dekId: 'rowseal/1 DEK id',
  rowKey: 'rowseal/1 row key',
  appKey: 'rowseal/1 app key ',
} as const;
