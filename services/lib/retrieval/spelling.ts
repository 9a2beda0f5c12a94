/** Shorter stems have too many others one letter away. */
const SHORTEST = 5;
const LONGEST = 24;
const LATIN = [...'etaoinshrdlucmfwygpbvkjxqz'];
const CYRILLIC = [...'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъ'];

/**
 * Stems one slip away from one that nobody wrote: a letter missing, doubled, wrong or swapped with its neighbour, the first
 * letter being right and none added at the end, where another word begins (поезд, поездк-). Calls `visit` for each, about
 * 60 for each letter; none for short words and other scripts.
 */
export function visitNearStems(stem: string, visit: (near: string) => void): void {
  if (stem.length < SHORTEST || stem.length > LONGEST) return;
  const unit = stem.charCodeAt(1);
  const letters = unit < 0x80 ? LATIN : unit >= 0x400 && unit < 0x460 ? CYRILLIC : [];
  for (let i = 1; i < stem.length; i++) {
    const before = stem.slice(0, i);
    const after = stem.slice(i + 1);
    visit(before + after);
    if (after !== '') visit(before + after.charAt(0) + stem.charAt(i) + after.slice(1));
    for (const letter of letters) {
      if (letter !== stem.charAt(i)) visit(before + letter + after);
      visit(before + letter + stem.slice(i));
    }
  }
}
