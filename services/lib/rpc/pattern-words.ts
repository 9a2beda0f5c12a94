/** What the contracts' patterns ask for, in words that follow the name of a field. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['\\S', 'must hold more than white space'],
  ['^[a-z0-9]+$', 'must be lower-case Latin letters and digits'],
  ['^[A-Za-z0-9_-]*$', 'must be Latin letters, digits, _ and -'],
  ['^[A-Za-z0-9._:@-]*$', 'must be Latin letters, digits and . _ : @ -'],
  ['^[A-Za-z0-9._:-]*$', 'must be Latin letters, digits and . _ : -'],
  [
    '^[a-z][a-z0-9-]{0,38}$',
    'must begin with a lower-case Latin letter and go on with at most 38 such letters, digits and -',
  ],
  [
    '^([a-z0-9][a-z0-9._-]{0,62})?$',
    'must begin with a lower-case Latin letter or a digit and go on with at most 62 of these and . _ -',
  ],
  [
    '^[1-9][0-9]{0,15}:[A-Za-z0-9_-]{10,100}$',
    'must be a token as @BotFather gives it: a number, a colon, then letters, digits, _ and -',
  ],
  ['^image/(jpeg|png|webp)$', 'must be image/jpeg, image/png or image/webp'],
  ['^(audio|video)/[a-z0-9.+-]{1,64}$', 'must be the kind of a recording, such as audio/ogg'],
  ['^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$', 'must be the tag of a language, such as en or pt-BR'],
  ['^([a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*)?$', 'must be the tag of a language, such as en or pt-BR, or empty'],
]);

/** The words for a pattern; undefined for one that is neither known nor that of a resource's name. */
export function wordsFor(pattern: string): string | undefined {
  return WORDS.get(pattern) ?? nameWords(pattern);
}

/** `^assistants/[a-z]{1,9}/releases/[a-z]+$` asks for a name such as `assistants/ASSISTANT/releases/RELEASE`. */
function nameWords(pattern: string): string | undefined {
  const parts = /^\^([a-zA-Z]+\/[^/()|]+(?:\/[a-zA-Z]+\/[^/()|]+)*)\$$/.exec(pattern)?.[1]?.split('/');
  if (parts === undefined) return undefined;
  const name = parts.map((part, index) => (index % 2 === 0 ? part : placeholder(parts[index - 1] ?? '')));
  return `must be a name of the form ${name.join('/')}`;
}

/** `apiKeys` hold an `API_KEY` each. */
function placeholder(collection: string): string {
  return collection
    .replace(/s$/, '')
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase();
}
