const KEY = /^[A-Za-z0-9+/_-]{43}=?$/;

/** Keys of 32 bytes in base64, with commas or white space between them; undefined where that is not all there is. */
export function parseKeys(text: string): readonly Buffer[] | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0 || !words.every((word) => KEY.test(word))) return undefined;
  return words.map((word) => Buffer.from(word, 'base64'));
}
