import { isUtf8 } from 'node:buffer';

/** A file as text, or the offset of the first byte that is not UTF-8. */
export type Decoded = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly offset: number };

/** UTF-8, or UTF-16 where a byte order mark tells so. The mark itself is dropped. */
export function decodeText(bytes: Uint8Array): Decoded {
  const utf16 = utf16Order(bytes);
  if (utf16 !== undefined) return { ok: true, text: new TextDecoder(utf16).decode(bytes) };
  const offset = firstBadByte(bytes);
  return offset === undefined ? { ok: true, text: new TextDecoder().decode(bytes) } : { ok: false, offset };
}

/** The encoding that a UTF-16 byte order mark names. */
export function utf16Order(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

const WINDOW = 64 * 1024;

/** Where the bytes stop being UTF-8; undefined where they never do. */
export function firstBadByte(bytes: Uint8Array): number | undefined {
  if (isUtf8(bytes)) return undefined;
  let start = 0;
  while (start < bytes.length) {
    let end = Math.min(start + WINDOW, bytes.length);
    // A window ends between characters: at most three bytes of a character follow its first one.
    for (let i = 0; i < 3 && end < bytes.length && isContinuation(bytes[end]); i++) end--;
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end;
  }
  while (start < bytes.length) {
    const length = characterLength(bytes, start);
    if (length === 0) return start;
    start += length;
  }
  return start;
}

/** The length of the well-formed character at the offset; 0 where there is none (Unicode 16, table 3-7). */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : 4;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let i = 2; i < length; i++) if (!isContinuation(bytes[at + i])) return 0;
  return length;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
