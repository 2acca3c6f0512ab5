import { expectTypeOf, test } from 'vitest';
import type {
  Mirror,
  RetryOptions,
  RowName,
  TroubledRow,
  TroubleKind,
} from '../../src/adapters/powersync/powersync.js';
import type { RowsealErrorCode } from '../../src/index.js';
import type { RowTrouble, TroubleTally } from '../../src/testing/testing.js';

declare const mirror: Mirror;

test('kinds of trouble can be switched over without a default', () => {
  function adviceOn({ kind }: TroubledRow): string {
    switch (kind) {
      case 'quarantined':
        return 'This entry was changed outside the app.';
      case 'waiting':
        return 'Unlock again, or update.';
      case 'unsealable':
        return 'This can’t be saved as it is.';
      case 'withdrawn':
        return 'This left your device.';
      case 'rejected':
        return 'The server refused this.';
    }
  }
  expectTypeOf(adviceOn).returns.toBeString();
  expectTypeOf<TroubledRow['kind']>().toEqualTypeOf<TroubleKind>();
  expectTypeOf<TroubleTally['kind']>().toEqualTypeOf<TroubleKind>();
  // What the server refused is no trouble of the record.
  expectTypeOf<RowTrouble['kind'] | 'rejected'>().toEqualTypeOf<TroubleKind>();
  expectTypeOf<RowTrouble['kind']>().not.toEqualTypeOf<TroubleKind>();
});

test('the code of a trouble is one of an error, or none', () => {
  expectTypeOf<TroubledRow['code']>().toEqualTypeOf<RowsealErrorCode | null>();
  expectTypeOf<RowTrouble['code']>().toEqualTypeOf<RowsealErrorCode | null>();
  expectTypeOf<TroubleTally['code']>().toEqualTypeOf<RowsealErrorCode | null>();
  // @ts-expect-error No such code.
  ({ kind: 'quarantined', code: 'ROW_BROKEN', detail: null }) satisfies RowTrouble;
});

test('rows that are sent again are named, as those are that the mirror lists', async () => {
  expectTypeOf<RetryOptions['withdrawn']>().toEqualTypeOf<readonly RowName[] | undefined>();
  await mirror.retry({ withdrawn: await mirror.troubledRows() });
  // @ts-expect-error Not all at once: some may have left on purpose.
  await mirror.retry({ withdrawn: true });
  // @ts-expect-error No such option.
  await mirror.retry({ acceptRetird: true });
});
