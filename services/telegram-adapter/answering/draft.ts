import type { Clock } from '#lib/clock.ts';
import type { TelegramClient } from '../telegram/client.ts';
import type { Keyboard } from '../telegram/keyboard.ts';
import type { Target } from '../telegram/target.ts';
import { closedPrefix } from '../text/closed-prefix.ts';
import { MESSAGE_LIMIT, splitMarkdown } from '../text/split.ts';
import type { ShownDraft } from './deliver.ts';
import { nextFrameAt, type Pace } from './pace.ts';
import type { DeliveryRecord } from './record.ts';

export interface DraftOptions {
  readonly target: Target;
  readonly client: Pick<TelegramClient, 'send' | 'edit' | 'typing' | 'blockedUntil'>;
  readonly record: DeliveryRecord;
  readonly pace: Pace;
  readonly clock: Clock;
  /** Below the answer while it is written; undefined while there is nothing to press. */
  readonly keyboard: () => Keyboard | undefined;
  /** Called once, when text stands in the chat. */
  readonly onFirstText: () => void;
}

/** As much Markdown, in UTF-16 units, as one message hardly ever needs: what is behind it waits for the final text. */
const PAINTED = 4 * MESSAGE_LIMIT;

/**
 * Shows an answer while it grows, in one message: its first part at most. Frames are shown at Telegram's pace and may
 * be skipped; whatever goes wrong with them, the final text is delivered after `settle`.
 */
export class Draft {
  readonly #options: DraftOptions;
  #markdown = '';
  #firstTextAt: number | undefined;
  #lastFrameAt: number | undefined;
  #lastEditAt: number | undefined;
  #html: string | undefined;
  #keyboard: Keyboard | undefined;
  #timer: NodeJS.Timeout | undefined;
  #typing: NodeJS.Timeout | undefined;
  #frame: Promise<void> | undefined;
  #closed = false;

  constructor(options: DraftOptions) {
    this.#options = options;
    this.#typing = setTimeout(() => this.#type(), options.pace.typingAfterMs);
  }

  /** The answer as it stands now. */
  show(markdown: string): void {
    this.#markdown = markdown;
    this.#firstTextAt ??= this.#options.clock.now();
    this.#schedule();
  }

  /** Shows nothing more. Resolves when what was under way has ended, with what the first message shows. */
  async settle(): Promise<ShownDraft> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#typing);
    await this.#frame;
    // Telegram bears a message and its edit at once; it is repeated edits that need their distance.
    const editableAt = this.#lastEditAt === undefined ? 0 : this.#lastEditAt + this.#options.pace.editGapMs;
    const shown = { html: this.#html, editableAt };
    return this.#keyboard === undefined ? shown : { ...shown, keyboard: this.#keyboard };
  }

  #schedule(): void {
    if (this.#closed || this.#timer !== undefined || this.#frame !== undefined) return;
    if (this.#firstTextAt === undefined) return;
    const { target, client, clock, pace } = this.#options;
    const shown = {
      firstTextAt: this.#firstTextAt,
      lastFrameAt: this.#lastFrameAt,
      blockedUntil: client.blockedUntil(target.chat),
    };
    const wait = Math.max(0, nextFrameAt(shown, pace) - clock.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const markdown = this.#markdown;
      this.#frame = this.#paint(markdown).finally(() => {
        this.#frame = undefined;
        if (markdown !== this.#markdown) this.#schedule();
      });
    }, wait);
  }

  async #paint(markdown: string): Promise<void> {
    try {
      const part = splitMarkdown(closedPrefix(markdown.slice(0, PAINTED)))[0];
      if (part !== undefined && part.html !== this.#html) await this.#put(part);
    } catch {
      // A frame is a courtesy: what the store or the service's end prevents, the final text makes good.
    }
  }

  async #put(part: { readonly html: string; readonly plain: string }): Promise<void> {
    const { target, client, record, clock } = this.#options;
    const message = record.messages[0];
    // The result of an earlier send was lost: only the final text is worth a message that may stand there twice.
    if (message === undefined && record.isUncertain) return;
    if (message === undefined) await record.intend(0);
    await record.assure();
    if (this.#closed) return;
    if (message === undefined) record.begin();
    this.#lastFrameAt = clock.now();
    if (message !== undefined) this.#lastEditAt = this.#lastFrameAt;
    const keyboard = this.#options.keyboard();
    const outcome =
      message === undefined
        ? await client.send(target, part, false, keyboard)
        : await client.edit(target.chat, message, part, false, keyboard);
    if (outcome.ok) {
      this.#keyboard = keyboard;
      clearTimeout(this.#typing);
      this.#html = part.html;
      if (message === undefined && typeof outcome.value === 'number') {
        record.sent(0, outcome.value);
        this.#options.onFirstText();
        await record.save();
      }
      return;
    }
    this.#html = undefined;
    if (message === undefined && outcome.trouble.kind !== 'lost') await record.withdraw();
  }

  #type(): void {
    const { target, client, pace } = this.#options;
    if (this.#closed) return;
    void client.typing(target);
    this.#typing = setTimeout(() => this.#type(), pace.typingEveryMs);
  }
}
