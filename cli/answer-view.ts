import { type Citation, OutcomeSchema, type Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { enumWord } from './enum-word.ts';
import { StatusLine, styled, type Terminal } from './terminal.ts';
import { harmless, oneLine, snippet } from './terminal-text.ts';

/** Shows an answer as it comes. */
export interface AnswerView {
  /** The question is on its way. */
  waiting(): void;
  /** Something the person should know meanwhile. */
  notice(text: string): void;
  /** What was shown is void. */
  again(): void;
  text(text: string): void;
  finished(turn: Turn): void;
  /** Ends in mid-answer. */
  broken(): void;
}

/** On a terminal the words appear as they come; where output is piped, or JSON is wanted, only what is final does. */
export function answerView(terminal: Terminal, json: boolean): AnswerView {
  if (json) return finalView(terminal, (turn) => `${JSON.stringify(answerAsJson(turn))}\n`);
  if (!terminal.out.isTTY) return finalView(terminal, (turn) => `${harmless(turn.answer)}\n${sources(terminal, turn)}`);
  return new LiveView(terminal);
}

class LiveView implements AnswerView {
  readonly #terminal: Terminal;
  readonly #status: StatusLine;
  #lineOpen = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#status = new StatusLine(terminal.err);
  }

  waiting(): void {
    this.#status.show(styled(this.#terminal.err, 'dim', '…'));
  }

  notice(text: string): void {
    this.broken();
    this.#status.show(text);
  }

  again(): void {
    this.broken();
    this.#terminal.out.write(`${styled(this.#terminal.out, 'yellow', '— the answer begins anew —')}\n`);
  }

  text(text: string): void {
    this.#status.clear();
    this.#terminal.out.write(harmless(text));
    this.#lineOpen = !text.endsWith('\n');
  }

  finished(turn: Turn): void {
    this.broken();
    this.#terminal.out.write(sources(this.#terminal, turn));
  }

  broken(): void {
    this.#status.clear();
    if (this.#lineOpen) this.#terminal.out.write('\n');
    this.#lineOpen = false;
  }
}

function finalView({ out }: Terminal, render: (turn: Turn) => string): AnswerView {
  const nothing = (): void => undefined;
  return {
    waiting: nothing,
    notice: nothing,
    again: nothing,
    text: nothing,
    broken: nothing,
    finished: (turn) => out.write(render(turn)),
  };
}

const SNIPPET_CHARACTERS = 160;

/** What the answer cites, numbered: title, place, the beginning of the passage. */
function sources({ out }: Terminal, { citations, language }: Turn): string {
  if (citations.length === 0) return '';
  const heading = language.startsWith('ru') ? 'Источники' : 'Sources';
  const lines = citations.map((citation) => {
    const number = styled(out, 'cyan', `[${citation.number}]`);
    const title = styled(out, 'bold', oneLine(citation.title) || citation.source);
    const locator = citation.locator === '' ? '' : styled(out, 'dim', ` — ${oneLine(citation.locator)}`);
    const indent = ' '.repeat(`[${citation.number}] `.length + 1);
    const room = out.isTTY
      ? Math.max(40, Math.min(SNIPPET_CHARACTERS, out.columns - indent.length))
      : SNIPPET_CHARACTERS;
    return ` ${number} ${title}${locator}\n${indent}${styled(out, 'dim', snippet(citation.passage, room))}\n`;
  });
  return `\n${styled(out, 'bold', heading)}\n${lines.join('')}`;
}

/** The one object of `otvet ask --json`. */
export function answerAsJson({ answer, citations, outcome, name }: Turn): object {
  return {
    text: answer,
    citations: citations.map(citationAsJson),
    outcome: enumWord(OutcomeSchema, outcome),
    turn: name,
  };
}

function citationAsJson({ number, source, title, passage, locator }: Citation): object {
  return { number, source, title, passage, locator };
}
