/** Formats that endpoints of this family take, by the ending that tells them which it is. */
const ENDINGS: Readonly<Record<string, string>> = {
  'audio/ogg': 'ogg',
  'audio/opus': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/mp4': 'm4a',
  'audio/m4a': 'm4a',
  'audio/x-m4a': 'm4a',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
  'audio/webm': 'webm',
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
};

/** The name under which a recording is sent, such as `speech.ogg`; undefined for a format that nobody takes. */
export function audioFileName(mimeType: string): string | undefined {
  const ending = ENDINGS[mimeType];
  return ending === undefined ? undefined : `speech.${ending}`;
}

/** The language as BCP 47: endpoints say `ru` or `russian`. Empty for what is neither. */
export function languageCode(word: string): string {
  const told = word.trim().toLowerCase();
  if (/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/.test(told)) return told;
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const codes = letters.flatMap((one) => letters.map((other) => one + other));
  return codes.find((code) => names.of(code)?.toLowerCase() === told) ?? '';
}
