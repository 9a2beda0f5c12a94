import { FinishReason, type Usage } from '#gen/otvet/llm/v1/generation_pb.ts';
import type { ModelService } from '#gen/otvet/llm/v1/model_service_pb.ts';
import type { Passage } from '#lib/retrieval/artifact.ts';
import { detectLanguage } from '#lib/retrieval/language.ts';
import type { ReleaseIndex } from '#lib/retrieval/search.ts';
import type { Client } from '#lib/rpc/client.ts';
import type { CallContext } from '#lib/rpc/context.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { chooseRoute } from './answer-policy.ts';
import type { Attachments } from './attachments.ts';
import { CitationRewriter } from './citations.ts';
import { searchTogether } from './combined-search.ts';
import type { ContextTurns } from './context-turns.ts';
import type { LiveTurn } from './live-turn.ts';
import { callModel, STREAM_CUT } from './model-call.ts';
import { assistantName } from './names.ts';
import { patiently } from './patience.ts';
import { persist } from './persisting.ts';
import { phrase } from './phrases/catalogue.ts';
import { assemblePrompt, type EarlierTurn, type OfferedPassage, REFUSAL_MARKER } from './prompt.ts';
import type { LoadedRelease, Releases } from './releases.ts';
import type { SessionFiles } from './session-files.ts';
import type { SessionRecord } from './sessions.ts';
import { smallTalk } from './small-talk.ts';
import type { CitationRecord, Conclusion, TurnFinish, TurnRecord } from './turns.ts';

export interface AnsweringParts {
  readonly releases: Pick<Releases, 'active'>;
  readonly context: Pick<ContextTurns, 'before'>;
  readonly attachments: Pick<Attachments, 'read'>;
  readonly files: Pick<SessionFiles, 'of'>;
  readonly model: Client<typeof ModelService>;
  readonly contextTokens: number;
  readonly clock: { now(): number };
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

function finishOf(reason: FinishReason): TurnFinish {
  if (reason === FinishReason.LENGTH) return 'length';
  return reason === FinishReason.CONTENT_FILTER ? 'content_filter' : 'complete';
}

/** What every conclusion of one turn has in common. */
interface Frame {
  readonly language: string;
  readonly release: string;
}

/** Answers turns: chooses the way, asks the model where one is needed, and makes its text presentable as it comes. */
export class Answering {
  readonly #parts: AnsweringParts;
  #isModelAway = false;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
  }

  /** Answers one turn with the release that is active when it begins. Text and citations go to `live` as they come. */
  async answer(turn: TurnRecord, session: SessionRecord, live: LiveTurn, context: CallContext): Promise<Conclusion> {
    const { releases, clock } = this.#parts;
    const { signal } = context;
    const release = await patiently(() => releases.active(assistantName(session.assistant)), { clock, signal });
    const language = answerLanguage(turn, session, release);
    const frame: Frame = { language, release: release?.name ?? '' };
    if (!release) return say(live, frame, 'refused', phrase(language, 'untaught'));
    const earlier = await persist(() => this.#parts.context.before(turn, session), signal);
    const files = session.files ? await persist(() => this.#parts.files.of(session), signal) : [];
    const index = searchTogether(
      release.index,
      files.map((file) => file.index),
    );
    const opening = files[0]?.opening ?? [];
    const illustrated = turn.attachments !== undefined;
    const route = chooseRoute({ question: turn.question, language, earlier, index, illustrated, opening });
    switch (route.type) {
      case 'small_talk':
        return say(live, frame, 'small_talk', smallTalkReply(route.kind, language, release.index));
      case 'refuse':
        return say(live, frame, 'refused', phrase(language, 'refusal'));
      case 'curated': {
        const citation = cite(1, route.hit.passage);
        live.citation(citation);
        return { ...say(live, frame, 'curated', route.hit.passage.text), citations: [citation] };
      }
      case 'model':
        return this.#askModel(turn, frame, release.index, route.passages, earlier, live, context);
    }
  }

  async #askModel(
    turn: TurnRecord,
    frame: Frame,
    index: ReleaseIndex,
    passages: readonly OfferedPassage[],
    earlier: readonly EarlierTurn[],
    live: LiveTurn,
    context: CallContext,
  ): Promise<Conclusion> {
    const { language } = frame;
    const { attachments } = turn;
    const pictures = attachments
      ? await persist(() => this.#parts.attachments.read(attachments), context.signal)
      : undefined;
    const prompt = assemblePrompt({
      ...(pictures === undefined ? {} : { pictures }),
      assistant: index.header,
      question: turn.question,
      language,
      passages,
      earlier,
      budgetTokens: this.#parts.contextTokens,
    });
    const text = new ModelText(prompt.offered, live);
    const begun = this.#parts.clock.now();
    let model = '';
    let ended: { readonly finish: TurnFinish; readonly usage: Usage | undefined } | undefined;
    try {
      const request = { messages: prompt.messages, language, refusalMarker: REFUSAL_MARKER };
      for await (const { event } of callModel(this.#parts, request, context)) {
        if (event.case === 'started') model = event.value.model;
        else if (event.case === 'delta') text.push(event.value.text);
        else if (event.case === 'finished')
          ended = { finish: finishOf(event.value.finishReason), usage: event.value.usage };
      }
      if (!ended) throw new RpcError(STREAM_CUT);
      this.#modelReached(undefined);
    } catch (error) {
      this.#modelReached(error);
      const broken = interruption(error, context.signal);
      if (!broken) throw error;
      text.end();
      return {
        ...frame,
        ...broken,
        answer: text.said,
        citations: text.citations,
        model,
        modelMs: this.#parts.clock.now() - begun,
      };
    }
    text.end();
    const answered = { ...frame, model, modelMs: this.#parts.clock.now() - begun, ...usageOf(ended.usage) };
    if (text.refused) return { ...say(live, frame, 'refused', phrase(language, 'refusal')), ...answered };
    return { ...answered, answer: text.said, outcome: 'answered', finish: ended.finish, citations: text.citations };
  }

  /** Tells once when the model is away, and once when it is back: turns fail meanwhile, each by itself. */
  #modelReached(error: unknown): void {
    const isAway = error instanceof RpcError && error.failure.reason === 'PROVIDER_UNAVAILABLE';
    if (isAway === this.#isModelAway) return;
    this.#isModelAway = isAway;
    if (isAway) this.#parts.log.warn({ err: error }, 'the model is away: questions that need it fail');
    else this.#parts.log.info('the model is back');
  }
}

/** How a turn ends whose model call was broken off or failed; undefined when this process is not to end it. */
function interruption(
  error: unknown,
  signal: AbortSignal,
): Pick<Conclusion, 'outcome' | 'finish' | 'failure'> | undefined {
  if (signal.reason === 'stopped') return { outcome: 'stopped', finish: 'stopped' };
  if (signal.reason === 'shutdown' || signal.reason === 'lease lost') return undefined;
  if (signal.reason === 'timeout') return { outcome: 'failed', finish: 'stopped', failure: TIMEOUT };
  if (!(error instanceof RpcError)) return undefined;
  const { code, reason, domain, message } = error.failure;
  return { outcome: 'failed', finish: 'stopped', failure: { code, reason, domain, message } };
}

const TIMEOUT = {
  code: 'DEADLINE_EXCEEDED',
  reason: 'PROVIDER_TIMEOUT',
  domain: 'llm.otvet',
  message: 'The model took too long.',
} as const;

/** The text of a model on its way to people: the refusal marker is kept back, citations are checked and numbered. */
class ModelText {
  readonly citations: CitationRecord[] = [];
  said = '';
  refused = false;
  readonly #offered: ReadonlyMap<string, Passage>;
  readonly #rewriter: CitationRewriter;
  readonly #live: LiveTurn;
  /** What came so far, while it may still become the refusal marker. */
  #opening: string | undefined = '';

  constructor(offered: readonly OfferedPassage[], live: LiveTurn) {
    this.#offered = new Map(offered.map(({ id, passage }) => [id, passage]));
    this.#rewriter = new CitationRewriter(this.#offered.keys());
    this.#live = live;
  }

  push(piece: string): void {
    if (this.#opening === undefined) {
      this.#give(this.#rewriter.push(piece));
      return;
    }
    this.#opening += piece;
    const opening = this.#opening.trimStart();
    if (REFUSAL_MARKER.startsWith(opening) || opening.startsWith(REFUSAL_MARKER)) return;
    this.#opening = undefined;
    this.#give(this.#rewriter.push(opening));
  }

  /** Gives what was kept back. An answer of nothing at all is a refusal too. */
  end(): void {
    if (this.#opening !== undefined) {
      const opening = this.#opening.trim();
      this.#opening = undefined;
      if (opening === '' || opening.startsWith(REFUSAL_MARKER)) {
        this.refused = true;
        return;
      }
      this.#give(this.#rewriter.push(opening));
    }
    this.#give(this.#rewriter.end());
  }

  #give({ text, cited }: { readonly text: string; readonly cited: readonly string[] }): void {
    for (const id of cited) {
      const citation = cite(this.citations.length + 1, this.#offered.get(id) as Passage);
      this.citations.push(citation);
      this.#live.citation(citation);
    }
    const clean = text.replaceAll(REFUSAL_MARKER, '');
    this.said += clean;
    this.#live.delta(clean);
  }
}

function say(live: LiveTurn, frame: Frame, outcome: Conclusion['outcome'], answer: string): Conclusion {
  live.delta(answer);
  return { ...frame, answer, outcome, finish: 'complete', citations: [], model: '', modelMs: 0 };
}

function cite(number: number, passage: Passage): CitationRecord {
  const { source, title, locator, version, kind } = passage;
  const text = kind === 'example' ? `${passage.question}\n\n${passage.text}` : passage.text;
  return { number, source, title, passage: text, locator, sourceVersion: version };
}

function smallTalkReply(
  kind: 'greeting' | 'thanks' | 'farewell' | 'identity',
  language: string,
  { header }: ReleaseIndex,
): string {
  const assistant = header.displayName;
  if (kind === 'greeting') return phrase(language, 'greeting', { assistant });
  if (kind === 'identity') return `${phrase(language, 'identity', { assistant })} ${header.description}`.trim();
  return phrase(language, kind);
}

/** Asked for, chosen for the session, that of the question, or the assistant's own: the first that is known. */
function answerLanguage(turn: TurnRecord, session: SessionRecord, release: LoadedRelease | undefined): string {
  const chosen = turn.askedLanguage ?? session.language;
  if (chosen !== undefined) return chosen;
  const preferred = release?.index.header.languages[0] ?? 'en';
  const detected = detectLanguage(turn.question, preferred);
  // A greeting is too short for its language to show in letters and endings, but its words are known.
  const said = smallTalk(turn.question)?.languages ?? [];
  if (said[0] !== undefined && !said.includes(detected)) return said[0];
  return detected === 'und' ? preferred : detected;
}

function usageOf(usage: Usage | undefined): Pick<Conclusion, 'usage'> | Record<string, never> {
  if (!usage) return {};
  const { promptTokens, completionTokens, estimated } = usage;
  return { usage: { promptTokens: Number(promptTokens), completionTokens: Number(completionTokens), estimated } };
}
