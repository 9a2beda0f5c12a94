import type { Passage } from '#lib/retrieval/artifact.ts';
import { ReleaseBuilder } from '#lib/retrieval/build.ts';
import { ANSWERABLE_COVERAGE, curatedAnswer, isAnswerable } from '#lib/retrieval/confidence.ts';
import { type Hit, openRelease, type ReleaseIndex } from '#lib/retrieval/search.ts';
import { type LabelledQuestion, type Paragraph, type QuestionSets, readQuestionSets } from './question-sets.ts';
import type { Row } from './table.ts';

/** SQLite FTS5's BM25 over Snowball stems, with the same questions. */
const BASELINE = 'SQLite FTS5 BM25 (reference)';
const REFERENCE = {
  intentFirst: 0.806,
  intentVote: 0.838,
  first: { en: 0.93, ru: 0.911 },
  amongFive: { en: 0.987, ru: 0.982 },
} as const;

function index(passages: Iterable<Passage>): ReleaseIndex {
  const builder = new ReleaseBuilder({
    assistant: 'assistants/bench',
    snapshotSha256: '',
    persona: '',
    displayName: '',
    description: '',
    languages: ['en', 'ru'],
  });
  for (const passage of passages) builder.add(passage);
  return openRelease(builder.finish());
}

function example({ question, answer }: LabelledQuestion): Passage {
  return { source: '', kind: 'example', title: '', text: answer, question, locale: 'en', locator: '', version: '' };
}

function passage({ text }: Paragraph, source: string, locale: string): Passage {
  return { source, kind: 'passage', title: '', text, question: '', locale, locator: '', version: '' };
}

function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length / Math.max(1, items.length);
}

/** The answer that most of the hits have; of equally many, the nearest one's. */
function vote(hits: readonly Hit[]): string | undefined {
  const votes = new Map<string, number>();
  for (const hit of hits) votes.set(hit.passage.text, (votes.get(hit.passage.text) ?? 0) + 1);
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function measureIntents({ train, test }: QuestionSets): Row[] {
  const release = index(train.map(example));
  const asked = test.map(({ question, answer }) => {
    const hits = release.search(question, { kind: 'example', limit: 10 });
    return { hits, answer, curated: curatedAnswer(hits) };
  });
  const sent = asked.filter(({ curated }) => curated !== undefined);
  return [
    {
      name: 'banking77: right answer first',
      value: share(asked, ({ hits, answer }) => hits[0]?.passage.text === answer),
      unit: 'of 1',
      goal: `>= ${REFERENCE.intentFirst}`,
      baseline: BASELINE,
      baselineValue: REFERENCE.intentFirst,
    },
    {
      name: 'banking77: right answer by vote of the ten nearest',
      value: share(asked, ({ hits, answer }) => vote(hits) === answer),
      unit: 'of 1',
      goal: `>= ${REFERENCE.intentVote}`,
      baseline: BASELINE,
      baselineValue: REFERENCE.intentVote,
    },
    { name: 'banking77: answered by a curated answer', value: sent.length / asked.length, unit: 'of 1' },
    {
      name: 'banking77: curated answers that are right',
      value: share(sent, ({ curated, answer }) => curated?.passage.text === answer),
      unit: 'of 1',
    },
  ];
}

function measureParagraphs(paragraphs: readonly Paragraph[], locale: 'en' | 'ru'): Row[] {
  const release = index(paragraphs.map((paragraph, i) => passage(paragraph, `${i}`, locale)));
  const asked = paragraphs.flatMap(({ questions }, i) =>
    questions.map((question) => ({
      right: `${i}`,
      found: release.search(question, { kind: 'passage', limit: 5 }).map((hit) => hit.passage.source),
    })),
  );
  return [
    {
      name: `XQuAD ${locale}: right paragraph first`,
      value: share(asked, ({ found, right }) => found[0] === right),
      unit: 'of 1',
      goal: `>= ${REFERENCE.first[locale]}`,
      baseline: BASELINE,
      baselineValue: REFERENCE.first[locale],
    },
    {
      name: `XQuAD ${locale}: right paragraph among five`,
      value: share(asked, ({ found, right }) => found.includes(right)),
      unit: 'of 1',
      goal: `>= ${REFERENCE.amongFive[locale]}`,
      baseline: BASELINE,
      baselineValue: REFERENCE.amongFive[locale],
    },
  ];
}

/** Every second article is left out: are questions about the others answered, and those about these refused? */
function measureRefusal(paragraphs: readonly Paragraph[], locale: 'en' | 'ru'): Row[] {
  const articles = [...new Set(paragraphs.map(({ article }) => article))];
  const isIn = ({ article }: Paragraph): boolean => articles.indexOf(article) % 2 === 0;
  const release = index(paragraphs.filter(isIn).map((paragraph) => passage(paragraph, '', locale)));
  const answered = (chosen: readonly Paragraph[]): number =>
    share(
      chosen.flatMap(({ questions }) => questions),
      (question) => isAnswerable(release.search(question, { kind: 'passage', limit: 5 })),
    );
  return [
    {
      name: `XQuAD ${locale}: questions about the material that reach a model (coverage >= ${ANSWERABLE_COVERAGE})`,
      value: answered(paragraphs.filter(isIn)),
      unit: 'of 1',
    },
    {
      name: `XQuAD ${locale}: questions outside it that do not`,
      value: 1 - answered(paragraphs.filter((one) => !isIn(one))),
      unit: 'of 1',
    },
  ];
}

/** Quality of retrieval on the public question sets; no rows where they are not. Takes about 10 seconds. */
export function run(): Row[] {
  const sets = readQuestionSets();
  if (sets === undefined) return [];
  return [
    ...measureIntents(sets),
    ...(['en', 'ru'] as const).flatMap((locale) => [
      ...measureParagraphs(sets.paragraphs[locale], locale),
      ...measureRefusal(sets.paragraphs[locale], locale),
    ]),
  ];
}
