import {
  conversationAddress,
  dataDir,
  listenAddress,
  mongodbUrl,
  natsUrl,
  secretKey,
  secretKeyFile,
  telegramAddress,
  trainingAddress,
} from '#lib/config/shared.ts';
import {
  address,
  type ConfigOf,
  choice,
  Fault,
  integer,
  list,
  name,
  text,
  together,
  url,
  type Variable,
} from '#lib/config/variables.ts';
import type { AccessRule } from './rules/access.ts';

const USER_IDS = 'Telegram user ids, digits each, separated by commas';

/** What the telegram-adapter reads from the environment. */
const variables = {
  dataDir,
  mongodbUrl,
  natsUrl,
  listenAddress,
  telegramAddress,
  conversationAddress,
  trainingAddress,
  secretKey,
  secretKeyFile,
  token: matching(
    text('OTVET_TELEGRAM_TOKEN', {
      doc: 'The token of a bot, as @BotFather gives it. More bots are added at run time: `npx otvet bots add`.',
      secret: true,
    }),
    /^\d{1,20}:[\w-]{10,100}$/,
    'must be a token as @BotFather gives it: digits, a colon, then letters and digits',
  ),
  apiUrl: url('OTVET_TELEGRAM_API_URL', {
    doc: 'The Bot API server. Change it for a local one.',
    fallback: 'https://api.telegram.org',
  }),
  assistant: matching(
    text('OTVET_TELEGRAM_ASSISTANT', {
      doc: 'The assistant that answers as the bot of OTVET_TELEGRAM_TOKEN, by its id. Unset: the first by name.',
    }),
    /^[a-z][a-z0-9-]{0,38}$/,
    'must be the id of an assistant: lower-case letters, digits and hyphens',
  ),
  groupFeedback: choice('OTVET_TELEGRAM_GROUP_FEEDBACK', ['off', 'ask'], {
    doc: 'ask: in groups, too, there are thumbs below an answer, for the person who asked. Reactions count either way.',
    fallback: 'off',
  }),
  owners: list('OTVET_TELEGRAM_OWNERS', /^\d{1,16}$/, USER_IDS, {
    doc: 'Who decides in Telegram, such as which groups may ask: user ids, separated by commas. Unset: whoever writes the bot the code that the log and `npx otvet status` show.',
  }),
  groups: choice('OTVET_TELEGRAM_GROUPS', ['closed', 'open'], {
    doc: 'closed: a group may ask the bot once an owner has let it in with the code that the bot says there; it leaves others after a day. open: every group may.',
    fallback: 'closed',
  }),
  keywords: list(
    'OTVET_TELEGRAM_KEYWORDS',
    /^[^\s,].{0,63}$/,
    'words, 64 characters each at most, separated by commas',
    {
      doc: 'In groups, messages with one of these words are questions too, separated by commas. Telegram passes them on only to a bot with privacy mode off, or to an administrator.',
    },
  ),
  access: choice('OTVET_TELEGRAM_ACCESS', ['open', 'list', 'pairing', 'members'], {
    doc: 'Who may ask in private chats. open: everybody. list: OTVET_TELEGRAM_ALLOWED. pairing: whom an owner lets in with the code that the bot gives them. members: who is in OTVET_TELEGRAM_MEMBERS_OF. Owners always may.',
    fallback: 'open',
  }),
  allowed: list('OTVET_TELEGRAM_ALLOWED', /^\d{1,16}$/, USER_IDS, {
    doc: 'Telegram user ids of people who may ask without more, separated by commas; for list, pairing and members.',
  }),
  membersOf: name(
    'OTVET_TELEGRAM_MEMBERS_OF',
    /^(@[A-Za-z]\w{3,31}|-\d{1,16})$/,
    'a channel or group: its @name, or its number, which begins with a minus',
    {
      doc: 'The channel or group whose members may ask, with OTVET_TELEGRAM_ACCESS=members. The bot must be an administrator there.',
    },
  ),
  questionsPerHour: integer('OTVET_TELEGRAM_QUESTIONS_PER_HOUR', 0, 500, {
    doc: 'How many questions one person may ask within an hour; 0: any number.',
    fallback: '0',
  }),
  questionsPerDay: integer('OTVET_TELEGRAM_QUESTIONS_PER_DAY', 0, 5000, {
    doc: 'How many questions one person may ask within a day; 0: any number.',
    fallback: '0',
  }),
  burst: integer('OTVET_TELEGRAM_BURST', 0, 1000, {
    doc: 'How many messages one person may send to a chat within 10 seconds. What comes beyond that gets one sentence and is not taken in. 0: any number.',
    fallback: '20',
  }),
  operators: matching(
    text('OTVET_TELEGRAM_OPERATORS', {
      doc: 'The number of the group whose members take conversations over, such as -1001234567890: a supergroup with topics in which the bot may manage them. Unset: nobody takes over.',
    }),
    /^-100\d{6,13}$/,
    'must be the number of a supergroup: -100 and 6 to 13 digits',
  ),
  operatorsAfter: integer('OTVET_TELEGRAM_OPERATORS_AFTER', 0, 20, {
    doc: 'After how many questions in a row without an answer a conversation is handed over unasked. 0: never.',
    fallback: '0',
  }),
  webhookUrl: url('OTVET_TELEGRAM_WEBHOOK_URL', {
    doc: 'The public https address to which Telegram sends updates; to bots that are added at run time below it, at /{bot}. Unset: the adapter asks for them by long polling.',
  }),
  webhookSecret: matching(
    text('OTVET_TELEGRAM_WEBHOOK_SECRET', {
      doc: 'What Telegram proves itself with at the webhook: 1 to 256 of A-Z, a-z, 0-9, _ and -. Required with OTVET_TELEGRAM_WEBHOOK_URL.',
      secret: true,
    }),
    /^[A-Za-z0-9_-]{1,256}$/,
    'must be 1 to 256 of A-Z, a-z, 0-9, _ and -',
  ),
  webhookAddress: address('OTVET_TELEGRAM_WEBHOOK_ADDRESS', {
    doc: 'Where the adapter listens for updates when a webhook is set, in plain HTTP behind the proxy that ends TLS.',
    fallback: '127.0.0.1:8443',
  }),
};

/** A webhook without a secret is one to which anybody could send updates. */
const withWebhook = together(variables, ['webhookUrl', 'webhookSecret'], ({ webhookUrl, webhookSecret }) => {
  if (webhookUrl === undefined || webhookSecret !== undefined) return [];
  return [{ variable: 'OTVET_TELEGRAM_WEBHOOK_SECRET', problem: 'is required with OTVET_TELEGRAM_WEBHOOK_URL' }];
});

/** A rule that names nobody is a mistake, and so is a list that no rule asks. */
export const telegramAdapterVariables = together(
  withWebhook,
  ['access', 'allowed', 'membersOf'],
  ({ access, allowed, membersOf }) => {
    const fault = (variable: string, problem: string) => [{ variable: `OTVET_TELEGRAM_${variable}`, problem }];
    return [
      ...(access === 'list' && allowed === undefined
        ? fault('ALLOWED', 'is required with OTVET_TELEGRAM_ACCESS=list')
        : []),
      ...(access === 'open' && allowed !== undefined
        ? fault('ALLOWED', 'does nothing with OTVET_TELEGRAM_ACCESS=open')
        : []),
      ...(access === 'members' && membersOf === undefined
        ? fault('MEMBERS_OF', 'is required with OTVET_TELEGRAM_ACCESS=members')
        : []),
      ...(access !== 'members' && membersOf !== undefined
        ? fault('MEMBERS_OF', `does nothing with OTVET_TELEGRAM_ACCESS=${access}`)
        : []),
    ];
  },
);

export type TelegramConfig = ConfigOf<typeof telegramAdapterVariables>;

/** Who may ask in private chats. */
export function accessRuleOf({
  access,
  allowed,
  membersOf,
}: Pick<TelegramConfig, 'access' | 'allowed' | 'membersOf'>): AccessRule {
  const users = new Set((allowed ?? []).map(Number));
  if (access === 'members') return { of: access, users, channel: membersOf ?? '' };
  return access === 'open' ? { of: access } : { of: access, users };
}

/** How updates come to the bot. */
export type Delivery =
  | { readonly by: 'polling' }
  | { readonly by: 'webhook'; readonly url: string; readonly secret: string; readonly address: string };

/** By webhook where one is set: with its secret then. */
export function deliveryOf(config: TelegramConfig): Delivery {
  const { webhookUrl: url, webhookSecret: secret, webhookAddress: address } = config;
  return url === undefined || secret === undefined ? { by: 'polling' } : { by: 'webhook', url, secret, address };
}

/** How updates come to a bot that was added at run time: where by webhook, at a path and with a secret of its own. */
export function deliveryBelow(delivery: Delivery, bot: string, secret: string): Delivery {
  return delivery.by === 'polling' ? delivery : { ...delivery, url: `${delivery.url}/${bot}`, secret };
}

/** Telegram's number of a bot, which its token begins with. */
export function botIdOf(token: string): string {
  return token.slice(0, token.indexOf(':'));
}

/** A text of a certain form; the fault never shows the value of a secret. */
function matching<T extends string | undefined>(variable: Variable<T>, form: RegExp, problem: string): Variable<T> {
  return {
    ...variable,
    parse: (value) => (value !== undefined && !form.test(value) ? new Fault(problem) : variable.parse(value)),
  };
}
