// Section 2.

export const firstBytes = { envelope: 1, vaultHeader: 2, keyset: 3, pin: 4, keptKey: 5 } as const;

/** A first byte of 0x01–0x1f that the section does not assign. */
export const isLaterFormat = (byte: number): boolean => byte > firstBytes.keptKey && byte <= 0x1f;
