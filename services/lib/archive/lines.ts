import { ArchiveError } from '#lib/archive/format.ts';

/** The longest line that is ours: a document of 1 MiB with a long outbox has a few. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * Cuts bytes into lines at line feeds and at nothing else: what people wrote may hold any other separator. Throws `ArchiveError` where the
 * last line has no end, where a line is endless, and for what is not UTF-8.
 */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = (bytes: Uint8Array): string => {
    try {
      return decoder.decode(bytes);
    } catch (error) {
      throw new ArchiveError('it is damaged: not UTF-8', { cause: error });
    }
  };
  let begun: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, from)) {
      yield decode(Buffer.concat([...begun, piece.subarray(from, end)]));
      begun = [];
      length = 0;
      from = end + 1;
    }
    begun.push(piece.subarray(from));
    length += piece.length - from;
    if (length > MAX_LINE_BYTES) throw new ArchiveError('it is no archive of Otvet: a line has no end');
  }
  if (length > 0) throw new ArchiveError('it is cut short: the file is not complete');
}
