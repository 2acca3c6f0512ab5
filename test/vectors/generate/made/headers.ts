import { revealSecrets } from '../../../../src/keys/vault.js';
import { hex } from '../bytes.js';
import { openedBytes } from '../headers/scenario.js';
import type { NamedScenario } from '../rows/scenario.js';
import { pinText } from '../vault.js';
import { holds } from '../vector-file.js';
import type { Made } from './vaults.js';

const STATUS = ['', 'primary', 'rotated', 'revoked'];

/** What each header of the history holds, opened on a device that had pinned the one before. */
export function madeHeaders(history: readonly Made[]): NamedScenario[] {
  return history.map(({ name, comment, vault, open, pinned, proved }) => {
    const { header, vaultKey, dataKeys, earlierVaultKeys } = revealSecrets(vault);
    const keys = dataKeys.map(({ dek, status, retiredAt }) => ({
      dek,
      status: STATUS.indexOf(status),
      ...(retiredAt && { stamp: retiredAt }),
    }));
    const { vaultId, epoch } = header;
    return openedBytes(
      `made-by-${name}`,
      header.bytes,
      { vaultId, vaultKey, epoch },
      {
        comment: `made by ${comment} of this package`,
        holds: holds(
          '8',
          "The next header keeps the vault id, unknown slots (unless the vault key changes, when no slot can be kept) and optional extensions (but a void recovery proof), adds 1 to the epoch and puts the hash of the header it replaces before that one's predecessors, of which it keeps 31.",
        ),
        ...(pinned && { pin: pinText(pinned.header) }),
        open: 'secret' in open ? { secret: hex(open.secret) } : open,
      },
      {
        keys,
        earlier: earlierVaultKeys.map(({ key }) => key),
        slots: header.slots.map(({ typeByte, id }) => ({ typeByte, id: hex(id) })),
        extensions: header.extensions.map(({ id, bytes }) => ({ id, bytes: hex(bytes) })),
        ...(proved && { recoveryProof: proved }),
      },
    );
  });
}
