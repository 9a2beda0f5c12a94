import { expect } from 'chai';
import { beginsRightToLeft } from './direction.ts';
import { formatMessage, parseMessage } from './message.ts';
import { directionOf, ownName, TONGUES, type Tongue } from './tongues.ts';

type Words = Readonly<Record<string, string>>;

/** The scripts of languages that do not write in Latin letters. */
const SCRIPTS: Readonly<Partial<Record<Tongue, RegExp>>> = {
  ar: /\p{Script=Arabic}/u,
  be: /\p{Script=Cyrillic}/u,
  fa: /\p{Script=Arabic}/u,
  he: /\p{Script=Hebrew}/u,
  hi: /\p{Script=Devanagari}/u,
  ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u,
  kk: /\p{Script=Cyrillic}/u,
  ko: /\p{Script=Hangul}/u,
  ru: /\p{Script=Cyrillic}/u,
  uk: /\p{Script=Cyrillic}/u,
  'zh-hans': /\p{Script=Han}/u,
};

/** What is laid out by itself. */
const ISOLATED = /\u2068[^\u2068\u2069]*\u2069/g;

/** Registers a suite that holds a catalogue to what every language needs. What the English text has is the reference. */
export function catalogueContract(name: string, catalogue: Readonly<Record<Tongue, Words>>): void {
  const english = catalogue.en;
  describe(`the words of ${name}`, () => {
    it('are there in every language', () => {
      expect(TONGUES.length).to.be.at.least(20);
      expect(Object.keys(catalogue).sort()).to.deep.equal([...TONGUES].sort());
    });

    for (const tongue of TONGUES) {
      const words = catalogue[tongue];
      it(`are whole in ${ownName(tongue)} (${tongue})`, () => {
        expect(Object.keys(words)).to.deep.equal(Object.keys(english));
        for (const [key, message] of Object.entries(words)) {
          expect(message === message.trim() && message !== '', key).to.equal(true);
          expect(message.isWellFormed() && message === message.normalize('NFC'), key).to.equal(true);
          expect([...argumentsOf(message)], key).to.have.members([...argumentsOf(english[key] ?? '')]);
          checkPlurals(tongue, message, key);
          if (tongue !== 'en' && message.length > 20) expect(message, key).not.to.equal(english[key]);
        }
      });

      it(`read well in ${ownName(tongue)} (${tongue})`, () => {
        const script = SCRIPTS[tongue];
        for (const [key, message] of Object.entries(words)) {
          const shown = formatMessage(tongue, message, sampleOf(message));
          expect(shown, key).not.to.match(/[{}#]|undefined/);
          if (script !== undefined) expect(shown, key).to.match(script);
          if (directionOf(tongue) === 'rtl') checkRightToLeft(shown, key);
        }
      });
    }
  });
}

/** Each line begins at the right, and nothing Latin stands open in it. */
function checkRightToLeft(shown: string, key: string): void {
  for (const line of shown.split('\n')) expect(line === '' || beginsRightToLeft(line), key).to.equal(true);
  expect(shown.replaceAll(ISOLATED, ''), key).not.to.match(/[\p{Script=Latin}\u2068\u2069]/u);
}

function checkPlurals(tongue: Tongue, message: string, key: string): void {
  const categories = new Intl.PluralRules(tongue).resolvedOptions().pluralCategories;
  for (const part of parseMessage(message)) {
    if (typeof part === 'string' || part.plural === undefined) continue;
    const said = [...part.plural.keys()].filter((selector) => !selector.startsWith('='));
    expect(said, key).to.have.members(categories);
  }
}

/** The names of a message's values, those within its plurals among them. */
function argumentsOf(message: string): ReadonlySet<string> {
  return new Set(parseMessage(message).flatMap(argumentsIn));
}

function argumentsIn(part: ReturnType<typeof parseMessage>[number]): readonly string[] {
  if (typeof part === 'string') return [];
  if (part.plural === undefined) return [part.argument];
  return [`${part.argument}, plural`, ...[...part.plural.values()].flat().flatMap(argumentsIn)];
}

function sampleOf(message: string): Record<string, string | number> {
  const isPlural = (name: string): boolean => name.endsWith(', plural');
  return Object.fromEntries(
    [...argumentsOf(message)].map((name) => (isPlural(name) ? [name.slice(0, -8), 22] : [name, 'k3x'])),
  );
}
