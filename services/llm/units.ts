import { splitSentences } from '#lib/retrieval/sentences.ts';
import { latinLanguage, type Stemmer } from '#lib/retrieval/stems.ts';
import { isStopWord } from '#lib/retrieval/stopwords.ts';
import { normalize, scan } from '#lib/retrieval/tokens.ts';

/** A passage as a prompt carries it. */
export interface CitablePassage {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** Stems of a text that say something of its subject, in order. Where it has none, its other words. */
export class Stems {
  readonly #stemmer: Stemmer;
  readonly #latin: string;

  /** `language` decides how Latin words are stemmed. */
  constructor(stemmer: Stemmer, language: string) {
    this.#stemmer = stemmer;
    this.#latin = latinLanguage(language);
  }

  of(text: string): string[] {
    const { subject, all } = this.#read(text);
    return subject.length > 0 ? subject : all;
  }

  /** Stems of all its words, each once. */
  all(text: string): Set<string> {
    return new Set(this.#read(text).all);
  }

  #read(text: string): { subject: string[]; all: string[] } {
    const subject: string[] = [];
    const all: string[] = [];
    scan(normalize(text), (token, hasDigit) => {
      const stem = hasDigit ? token : this.#stemmer.stem(token, this.#latin);
      all.push(stem);
      if (!isStopWord(token)) subject.push(stem);
    });
    return { subject, all };
  }
}

/** What can be said as it is: a sentence, or the whole answer of an example. */
export interface Unit {
  readonly kind: 'sentence' | 'example';
  /** Counts the passages from 0, in the order of the prompt. */
  readonly passage: number;
  /** Counts the units of the passage from 0. */
  readonly index: number;
  readonly text: string;
  /** For an example those of its question too. */
  readonly stems: readonly string[];
  /** For an example how much its question is the one asked, word by word, 0 to 1; for a sentence 0. */
  readonly likeness: number;
}

/** A longer answer of an example is taken apart like any text. In characters. */
const LONGEST_EXAMPLE = 1_500;
/** How much of the words of two questions must be the same for one to be meant by the other. */
const SAME_QUESTION = 0.5;

/** The units of a passage. `question` tells examples from passages: their first line is a question, best the one asked. */
export function unitsOf(passage: CitablePassage, number: number, question: string, stems: Stems): Unit[] {
  const lineEnd = passage.text.indexOf('\n');
  if (lineEnd > 0) {
    const first = passage.text.slice(0, lineEnd).trim();
    const answer = passage.text.slice(lineEnd + 1).trim();
    const asked = stems.of(first);
    const isExample = /[?？]$/.test(first) || shareOfSame(new Set(asked), new Set(stems.of(question))) >= SAME_QUESTION;
    if (isExample && answer !== '' && answer.length <= LONGEST_EXAMPLE) {
      return [
        {
          kind: 'example',
          passage: number,
          index: 0,
          text: answer,
          stems: [...asked, ...stems.of(answer)],
          likeness: shareOfSame(stems.all(first), stems.all(question)),
        },
      ];
    }
  }
  const sentences = splitSentences(passage.text)
    .map(asSaid)
    .filter((text) => /[\p{L}\p{N}]/u.test(text));
  return sentences.map((text, index) => ({
    kind: 'sentence',
    passage: number,
    index,
    text,
    stems: stems.of(text),
    likeness: 0,
  }));
}

/** A sentence, heading or list item without its mark and its line breaks. */
function asSaid(sentence: string): string {
  return sentence.replace(/^(#{1,6}|[-*+•–—>])\s+/, '').replace(/\s*\n\s*/g, ' ');
}

function shareOfSame(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  if (one.size === 0 || other.size === 0) return 0;
  return (2 * one.intersection(other).size) / (one.size + other.size);
}
