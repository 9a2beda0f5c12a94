// The double's own answers: it quotes the passages that it finds in the prompt, so that they can be checked end to end.
import { type ChatRequest, textOf } from './script.ts';

/** A question that carries this is refused, whatever the passages hold. */
export const UNANSWERABLE = '(unanswerable)';

/** What it writes when it must refuse and the prompt names no word for that. */
export const PLAIN_REFUSAL = "I don't know.";

interface Offered {
  readonly id: string;
  readonly text: string;
}

const PASSAGE = /<passage id="([^"]+)"[^>]*>\n?([\s\S]*?)\n?<\/passage>/g;

/** Answers with the sentence that shares most words with the question, and cites it: `Sentence. [p1]`. */
export function quoteAnswer({ messages }: ChatRequest): string {
  const last = textOf(messages.findLast(({ role }) => role === 'user'));
  const question = last.replace(PASSAGE, '').trim();
  const passages = [...last.matchAll(PASSAGE)].map(([, id = '', text = '']): Offered => ({ id, text }));
  const best = bestSentence(question, passages);
  if (best === undefined || question.includes(UNANSWERABLE)) return refusal(messages);
  return `${best.text} [${best.id}]`;
}

/** The text in pieces the way models stream it: a word with the space before it each. */
export const tokensOf = (text: string): string[] => text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];

/** The word that the instructions want for "not in the passages". */
function refusal(messages: ChatRequest['messages']): string {
  const instructions = messages.filter(({ role }) => role === 'system' || role === 'developer').map(textOf);
  return /write (\S+) and nothing else/.exec(instructions.join('\n'))?.[1] ?? PLAIN_REFUSAL;
}

function bestSentence(question: string, passages: readonly Offered[]): Offered | undefined {
  const asked = wordsOf(question);
  let best: Offered | undefined;
  let most = 0;
  for (const { id, text } of passages) {
    const [heading = '', ...rest] = text.split('\n');
    // An example is its question, a line break, its answer: the answer is what is quoted.
    const quotable = rest.length > 0 && heading.trim().endsWith('?') ? rest.join('\n') : text;
    const wholeShare = shared(asked, wordsOf(text));
    for (const sentence of quotable.match(/[^.!?]+[.!?]*(?:\s|$)/g) ?? [quotable]) {
      const score = 1 + wholeShare + 2 * shared(asked, wordsOf(sentence));
      if (sentence.trim() === '' || score <= most) continue;
      most = score;
      best = { id, text: sentence.trim().replace(/\s+/g, ' ') };
    }
  }
  return best;
}

const wordsOf = (text: string): ReadonlySet<string> =>
  new Set((text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []).map((word) => word.slice(0, 5)));

const shared = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => a.intersection(b).size;
