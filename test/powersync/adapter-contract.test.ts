/** The store over a real PowerSync database is held to the contract of every adapter. */
import { testAdapter } from 'rowseal/testing';
import { test } from 'vitest';
import { powersyncAdapter } from '../support/powersync-adapter.js';

for (const { name, run } of testAdapter(powersyncAdapter())) test(name, run);
