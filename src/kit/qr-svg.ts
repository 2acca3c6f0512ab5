/**
 * The recovery key as a QR code, drawn as SVG.
 */
import encodeQR from 'qr';
import { escapeHtml } from './escape-html.js';

/** Modules of white that readers need around a code (ISO/IEC 18004). */
const QUIET_ZONE = 4;

/**
 * A code that survives folds and stains: the highest error correction gives back 30 % of it.
 *
 * Every character of a recovery key is one of QR's alphanumeric mode, so 39 of them take 33 × 33
 * modules. Dark modules that touch in a row are one rectangle, so that no white line comes between
 * them on a screen.
 */
export function qrSvg(recoveryKey: string, description: string): string {
  const rows = encodeQR(recoveryKey, 'raw', {
    ecc: 'high',
    encoding: 'alphanumeric',
    border: QUIET_ZONE,
  });
  const size = rows.length;
  const title = escapeHtml(description);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" role="img" aria-label="${title}" shape-rendering="crispEdges">` +
    `<title>${title}</title><path fill="#fff" d="M0 0h${size}v${size}H0z"/>` +
    `<path d="${rows.map(rowPath).join('')}"/></svg>`
  );
}

/** A rectangle for each run of dark modules. */
function rowPath(row: readonly boolean[], y: number): string {
  const line = row.map((isDark) => (isDark ? '1' : '0')).join('');
  return [...line.matchAll(/1+/g)]
    .map(({ 0: run, index }) => `M${index} ${y}h${run.length}v1h-${run.length}z`)
    .join('');
}
