/**
 * Text that a terminal shows and does not obey: models and files may hold escape sequences. Line feeds and tabs stay.
 */
export function harmless(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '');
}

/** The same on one line. */
export function oneLine(text: string): string {
  return harmless(text).replace(/\s+/g, ' ').trim();
}

/** The beginning of a text on one line, at most `length` characters, cut between words where one ends near enough. */
export function snippet(text: string, length: number): string {
  const line = oneLine(text);
  const characters = [...line];
  if (characters.length <= length) return line;
  const cut = characters.slice(0, length - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${(space > length * 0.6 ? cut.slice(0, space) : cut).trimEnd()}…`;
}
