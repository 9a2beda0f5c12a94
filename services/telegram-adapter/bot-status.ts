import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Bot_Delivery, Bot_State, type BotSchema } from '#gen/otvet/telegram/v1/bot_pb.ts';
import type { Clock } from '#lib/clock.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { Trouble } from './telegram/outcome.ts';

/** Whether updates come, for operators. */
export class BotStatus {
  readonly #id: string;
  readonly #delivery: Bot_Delivery;
  readonly #isFromEnvironment: boolean;
  readonly #clock: Clock;
  readonly #log: Logger;
  #state: Bot_State = Bot_State.CONNECTING;
  #problem = '';
  #lastUpdateAt: number | undefined;
  /** Without `@`; empty until Telegram told it. */
  username = '';
  /** Whether Telegram's privacy mode is off for it in groups. */
  hearsAll = false;

  constructor(
    id: string,
    { delivery, isFromEnvironment }: { delivery: 'polling' | 'webhook'; isFromEnvironment: boolean },
    clock: Clock,
    log: Logger,
  ) {
    this.#id = id;
    this.#isFromEnvironment = isFromEnvironment;
    this.#delivery = delivery === 'webhook' ? Bot_Delivery.WEBHOOK : Bot_Delivery.LONG_POLL;
    this.#clock = clock;
    this.#log = log;
  }

  live(): void {
    if (this.#state !== Bot_State.LIVE) this.#log.info({ username: this.username }, 'updates come from Telegram');
    this.#state = Bot_State.LIVE;
    this.#problem = '';
  }

  /** Another replica asks for the updates. */
  standby(): void {
    if (this.#state !== Bot_State.STANDBY) this.#log.info('another replica asks Telegram for updates');
    this.#state = Bot_State.STANDBY;
    this.#problem = '';
  }

  /** Logs once for each new problem. */
  failing(trouble: Trouble): void {
    const problem = describeTrouble(trouble, this.#isFromEnvironment);
    if (problem !== this.#problem) this.#log.warn({ problem }, 'updates do not come from Telegram; trying on');
    this.#state = Bot_State.FAILING;
    this.#problem = problem;
  }

  updated(): void {
    this.#lastUpdateAt = this.#clock.now();
  }

  /** `assistant` is who answers, or empty. */
  describe(assistant: string): MessageInitShape<typeof BotSchema> {
    return {
      name: `bots/${this.#id}`,
      username: this.username,
      assistant,
      delivery: this.#delivery,
      state: this.#state,
      problem: this.#problem,
      managedByEnvironment: this.#isFromEnvironment,
      ...(this.#lastUpdateAt === undefined ? {} : { lastUpdateTime: timestampFromMs(this.#lastUpdateAt) }),
    };
  }
}

/** What keeps updates away, and what to do about it. */
function describeTrouble(trouble: Trouble, isFromEnvironment: boolean): string {
  switch (trouble.kind) {
    case 'unauthorized':
      return isFromEnvironment
        ? 'Telegram refuses the token: check OTVET_TELEGRAM_TOKEN.'
        : 'Telegram refuses the token: remove the bot, and add it with the token that @BotFather gives now.';
    case 'conflict':
      return trouble.webhook
        ? 'A webhook is set for this bot: remove it, or set OTVET_TELEGRAM_WEBHOOK_URL here.'
        : 'Another program takes the updates of this bot: end it, or use another token.';
    case 'flood':
      return 'Telegram wants fewer calls for a while.';
    case 'undone':
    case 'lost':
      return `Telegram cannot be reached (${trouble.problem}).`;
    case 'refused':
      return `Telegram refuses the call (${trouble.problem}).`;
    default:
      return `Telegram refuses the call (${trouble.kind}).`;
  }
}
