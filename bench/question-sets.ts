import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';

/** A paragraph of a document and the questions that it answers. */
export interface Paragraph {
  readonly article: string;
  readonly text: string;
  readonly questions: readonly string[];
}

/** A question of a person and the answer (its intent) that is right for it. */
export interface LabelledQuestion {
  readonly question: string;
  readonly answer: string;
}

/** The public question sets that quality is measured on: XQuAD (the same in two languages) and banking77. */
export interface QuestionSets {
  readonly paragraphs: Readonly<Record<'en' | 'ru', readonly Paragraph[]>>;
  readonly train: readonly LabelledQuestion[];
  readonly test: readonly LabelledQuestion[];
}

interface Squad {
  readonly data: readonly {
    readonly title: string;
    readonly paragraphs: readonly {
      readonly context: string;
      readonly qas: readonly { readonly question: string }[];
    }[];
  }[];
}

function readSquad(file: string): Paragraph[] {
  const { data } = JSON.parse(readFileSync(file, 'utf8')) as Squad;
  return data.flatMap(({ title, paragraphs }) =>
    paragraphs.map(({ context, qas }) => ({
      article: title,
      text: context,
      questions: qas.map(({ question }) => question),
    })),
  );
}

function readIntents(file: string): LabelledQuestion[] {
  const rows = parse(readFileSync(file), { columns: true }) as { text: string; category: string }[];
  return rows.map(({ text, category }) => ({ question: text, answer: category }));
}

/** The sets from OTVET_SHARED_DATA or from ../shared/data beside the checkout; undefined where they are not. */
export function readQuestionSets(): QuestionSets | undefined {
  const folder = process.env.OTVET_SHARED_DATA ?? resolve(import.meta.dirname, '../../shared/data');
  if (!existsSync(join(folder, 'xquad', 'en.json'))) return undefined;
  return {
    paragraphs: {
      en: readSquad(join(folder, 'xquad', 'en.json')),
      ru: readSquad(join(folder, 'xquad', 'ru.json')),
    },
    train: readIntents(join(folder, 'banking77', 'train.csv')),
    test: readIntents(join(folder, 'banking77', 'test.csv')),
  };
}
