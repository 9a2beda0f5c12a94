import { setTimeout as sleep } from 'node:timers/promises';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { Import_State } from '#gen/otvet/training/v1/import_pb.ts';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import { Partner } from '../public-api.ts';
import type { Broken } from './evidence.ts';

const RETRY_MS = 400;
/** So many questions in a row, at each edge, so that each replica of conversation gets some of them. */
const LOOKS = 4;
const QUESTION = 'How much is a day pass, please?';

/** Teaches while things go wrong, and looks whether what was taught is what is answered from. */
export class Lessons {
  readonly #partners: readonly Partner[];
  readonly #assistant: string;
  readonly #learnt = new Map<number, boolean>();
  #tries = 0;

  constructor(edges: readonly string[], apiKey: string, assistant: string) {
    this.#partners = edges.map((edge) => new Partner(edge, apiKey));
    this.#assistant = assistant;
  }

  /** Whether a lesson is still being learnt. */
  get isWaiting(): boolean {
    return [...this.#learnt.values()].includes(false);
  }

  /** Imports a small document, again until it is released, or `over` aborts. Never rejects. */
  async teach(lesson: number, over: AbortSignal): Promise<void> {
    this.#learnt.set(lesson, false);
    while (!over.aborted && this.#learnt.get(lesson) === false) {
      const released = await this.#attempt(lesson, over).catch(() => false);
      this.#learnt.set(lesson, released);
      if (!released) await sleep(RETRY_MS, undefined, { signal: over }).catch(() => undefined);
    }
  }

  /** Lessons that were not learnt, and replicas that answer from another release than the active one. */
  async check(): Promise<readonly Broken[]> {
    const broken: Broken[] = [];
    for (const [lesson, learnt] of this.#learnt) {
      if (!learnt) broken.push({ invariant: 'lessons learnt', message: `lesson ${lesson} was not released` });
    }
    const active = await this.#active();
    for (const partner of this.#partners) {
      for (let look = 0; look < LOOKS; look++) {
        const answered = await partner.ask(this.#assistant, QUESTION);
        const { release } = answered.turn;
        if (release === active) continue;
        broken.push({ invariant: 'one release', message: `answered from ${release}, active is ${active}` });
      }
    }
    return broken;
  }

  async #attempt(lesson: number, over: AbortSignal): Promise<boolean> {
    const partner = this.#partners[this.#tries++ % this.#partners.length] as Partner;
    const imports = partner.client(ImportService);
    const signal = AbortSignal.any([AbortSignal.timeout(20_000), over]);
    const content = new TextEncoder().encode(`# Lesson ${lesson}\n\nThe bell of lesson ${lesson} rings at noon.\n`);
    const file = `lesson-${lesson}.md`;
    const parent = `assistants/${this.#assistant}`;
    const request = { parent, file, content, datasetId: 'lessons', requestId: `chaos-lesson-${lesson}` };
    const { import: begun } = await imports.createImport(request, { signal });
    for (;;) {
      const { import: now } = await imports.getImport({ name: begun?.name ?? '' }, { signal });
      if (now?.state === Import_State.RELEASED) return true;
      await sleep(RETRY_MS, undefined, { signal });
    }
  }

  async #active(): Promise<string> {
    const assistants = (this.#partners[0] as Partner).client(AssistantService);
    const { assistant } = await assistants.getAssistant({ name: `assistants/${this.#assistant}` });
    return assistant?.activeRelease ?? '';
  }
}
