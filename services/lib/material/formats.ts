import { firstBadByte, utf16Order } from './encoding.ts';

/** What an imported file is. */
export type Format = 'csv' | 'jsonl' | 'markdown' | 'text';

/** Why a file cannot be imported: a reason of the contract, what to do about it, and facts for programs. */
export interface FileFault {
  readonly reason:
    | 'FILE_EMPTY'
    | 'FILE_FORMAT_UNKNOWN'
    | 'FILE_ENCODING_UNKNOWN'
    | 'FILE_COLUMNS_MISSING'
    | 'FILE_ROWS_REJECTED';
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Thrown while a file is read, when the whole of it cannot be taken. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
  readonly fault: FileFault;
  constructor(fault: FileFault) {
    super(fault.message);
    this.fault = fault;
  }
}

const ENDINGS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  tsv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  md: 'markdown',
  markdown: 'markdown',
  txt: 'text',
};

export const ENDINGS_TEXT = '.csv, .tsv, .jsonl, .ndjson, .md, .markdown or .txt';

/** What a file is, by its ending and its first bytes. Checks the whole of it for being text. */
export function detectFormat(
  file: string,
  bytes: Uint8Array,
): { readonly format: Format } | { readonly fault: FileFault } {
  if (isBlank(bytes)) {
    return {
      fault: { reason: 'FILE_EMPTY', message: 'The file holds nothing. Choose one with questions or text in it.' },
    };
  }
  const binary = looksLike(bytes);
  if (binary !== undefined) return unknownFormat(binary, 'Save it as text first');
  if (utf16Order(bytes) === undefined) {
    const offset = firstBadByte(bytes);
    if (offset !== undefined) {
      if (nulShare(bytes) > 0.02) return unknownFormat('binary data', 'Save it as text first');
      return {
        fault: {
          reason: 'FILE_ENCODING_UNKNOWN',
          message: `The file is not UTF-8: byte ${offset} does not fit. Save it again with the encoding UTF-8.`,
          metadata: { offset: String(offset) },
        },
      };
    }
    if (nulShare(bytes) > 0.1) return unknownFormat('UTF-16 without a byte order mark', 'Save it as UTF-8');
  }
  const ending = /\.([A-Za-z0-9]{1,8})$/.exec(file)?.[1]?.toLowerCase() ?? '';
  const format = ENDINGS[ending] ?? (startsWithObject(bytes) ? 'jsonl' : undefined);
  if (format !== undefined) return { format };
  return unknownFormat(
    ending === '' ? 'text without an ending' : `a .${ending} file`,
    'Rename it if it is one of these',
  );
}

function unknownFormat(detected: string, advice: string): { readonly fault: FileFault } {
  return {
    fault: {
      reason: 'FILE_FORMAT_UNKNOWN',
      message: `The file looks like ${detected}; ${ENDINGS_TEXT} can be imported. ${advice}.`,
      metadata: { detected },
    },
  };
}

/** Beginnings of files that are not text (hexadecimal), and how people call such files. */
const MAGIC: readonly (readonly [string, string])[] = [
  ['255044462d', 'a PDF document'],
  ['504b0304', 'a ZIP archive (an Office document, perhaps)'],
  ['504b0506', 'a ZIP archive'],
  ['d0cf11e0a1b11ae1', 'an old Office document'],
  ['1f8b', 'a gzip archive'],
  ['377abcaf271c', 'a 7-Zip archive'],
  ['526172211a07', 'a RAR archive'],
  ['28b52ffd', 'a Zstandard archive'],
  ['89504e47', 'a PNG image'],
  ['ffd8ff', 'a JPEG image'],
  ['47494638', 'a GIF image'],
  ['53514c69746520666f726d61742033', 'an SQLite database'],
  ['50415231', 'a Parquet file'],
  ['7b5c727466', 'an RTF document'],
  ['7f454c46', 'a program'],
  ['4d5a90', 'a program'],
  ['494433', 'an MP3 recording'],
  ['4f676753', 'an Ogg recording'],
];

/** What the first bytes tell a file to be, where it is not text. */
function looksLike(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('hex');
  return MAGIC.find(([magic]) => start.startsWith(magic))?.[1];
}

function isBlank(bytes: Uint8Array): boolean {
  if (bytes.length > 4096) return false;
  return /^[\s\0\ufeff]*$/.test(new TextDecoder().decode(bytes));
}

/** The share of NUL bytes in the first 64 KiB. */
function nulShare(bytes: Uint8Array): number {
  const head = bytes.subarray(0, 65_536);
  let count = 0;
  for (const byte of head) if (byte === 0) count++;
  return count / head.length;
}

function startsWithObject(bytes: Uint8Array): boolean {
  const line = new TextDecoder().decode(bytes.subarray(0, 65_536)).trimStart().split('\n', 1)[0] ?? '';
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
