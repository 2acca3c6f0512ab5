/**
 * The recovery kit: a sheet that a user prints and keeps, and the question that confirms it.
 *
 * Needs the package `qr`.
 *
 * @packageDocumentation
 */

export { confirmsGroup, kitQuestion } from './confirm-group.js';
export { englishKitTexts } from './english-kit-texts.js';
export type { KitTexts } from './kit-texts.js';
export { type KitOptions, type RecoveryKit, recoveryKit } from './recovery-kit.js';
