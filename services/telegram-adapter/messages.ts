/** What the bot itself says, in each of its languages. `{name}` stands for a value. Plain text. */

const en = {
  failed: 'Sorry, I could not answer this. Please ask again in a moment. (Error {id})',
  busy: 'Sorry, I cannot reach my sources right now. Please ask again in a few minutes. (Error {id})',
  notReady: 'I am not set up to answer yet. Please come back a little later. (Error {id})',
  stale: 'Sorry, I was away and missed your message. If it still matters, please send it again.',
  unsupported: 'I can only read text so far. Please write your question in words.',
  unknownCommand: 'I do not know this command. Send /help to see what I can do.',
  sources: 'Sources',
  cutShort: 'The answer was too long and ends here. Ask about one part of it to read on.',
  stopped: 'Stopped.',
  nothingToStop: 'There is nothing to stop.',
  newConversation: 'Let us start anew. What would you like to know?',
  greeting: 'Ask me a question in your own words.',
  examples: 'For example:',
  help:
    'Write your question as you would ask a person.\n\n' +
    '/new starts a new conversation\n/stop stops the answer\n/lang chooses the language of answers',
  language:
    '/lang en answers in English\n/lang ru answers in Russian\n/lang auto answers in the language of the question',
  languageUnknown: 'I do not know this language.',
  languageChosen: 'I will answer in English.',
  languageAuto: 'I will answer in the language of the question.',
  buttonGone: 'This button does nothing any more.',
  buttonOfAnother: 'Only the person who asked can use this button.',
  commandStart: 'What I can do',
  commandHelp: 'How to use me',
  commandNew: 'Start a new conversation',
  commandStop: 'Stop the answer',
  commandLang: 'Choose the language of answers',
} as const;

export type MessageKey = keyof typeof en;

const ru: Record<MessageKey, string> = {
  failed: 'Простите, не получилось ответить. Задайте, пожалуйста, вопрос ещё раз чуть позже. (Ошибка {id})',
  busy: 'Простите, сейчас я не могу получить ответ. Спросите, пожалуйста, ещё раз через несколько минут. (Ошибка {id})',
  notReady: 'Я пока не готов отвечать. Загляните, пожалуйста, чуть позже. (Ошибка {id})',
  stale:
    'Простите, меня не было на связи, и ваше сообщение осталось без ответа. Если оно ещё важно, отправьте его снова.',
  unsupported: 'Пока я понимаю только текст. Напишите, пожалуйста, вопрос словами.',
  unknownCommand: 'Такой команды я не знаю. Отправьте /help, чтобы узнать, что я умею.',
  sources: 'Источники',
  cutShort: 'Ответ получился слишком длинным и обрывается здесь. Спросите о его части, чтобы узнать больше.',
  stopped: 'Остановлено.',
  nothingToStop: 'Останавливать нечего.',
  newConversation: 'Начнём сначала. Что вы хотите узнать?',
  greeting: 'Задайте вопрос своими словами.',
  examples: 'Например:',
  help:
    'Напишите вопрос так, как задали бы его человеку.\n\n' +
    '/new начать новый разговор\n/stop остановить ответ\n/lang выбрать язык ответов',
  language: '/lang ru отвечать по-русски\n/lang en отвечать по-английски\n/lang auto отвечать на языке вопроса',
  languageUnknown: 'Такого языка я не знаю.',
  languageChosen: 'Буду отвечать по-русски.',
  languageAuto: 'Буду отвечать на языке вопроса.',
  buttonGone: 'Эта кнопка больше не действует.',
  buttonOfAnother: 'Этой кнопкой может пользоваться только тот, кто задал вопрос.',
  commandStart: 'Что я умею',
  commandHelp: 'Как мной пользоваться',
  commandNew: 'Начать новый разговор',
  commandStop: 'Остановить ответ',
  commandLang: 'Выбрать язык ответов',
};

const CATALOGUE = { en, ru } as const;

/** A language that the bot itself speaks. */
export type Tongue = keyof typeof CATALOGUE;

export const TONGUES = Object.keys(CATALOGUE) as readonly Tongue[];

/** A message, its `{name}`s replaced. */
export function say(tongue: Tongue, key: MessageKey, values: Readonly<Record<string, string>> = {}): string {
  return CATALOGUE[tongue][key].replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** What is known of the language of a person. */
export interface Hints {
  /** Chosen with /lang; empty where it was not. */
  readonly chosen: string;
  /** What the person wrote; empty where it was no text. */
  readonly text: string;
  /** The language of the person's Telegram, BCP 47. */
  readonly interface: string;
}

/** The language to speak: the chosen one, else that of what was written, else that of the person's Telegram. */
export function tongueFor({ chosen, text, interface: client }: Hints): Tongue {
  if (isTongue(chosen)) return chosen;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters > 2) return (text.match(/\p{Script=Cyrillic}/gu)?.length ?? 0) * 2 > letters ? 'ru' : 'en';
  return client.toLowerCase().startsWith('ru') ? 'ru' : 'en';
}

/** Whether the bot itself speaks it. */
export function isTongue(language: string): language is Tongue {
  return Object.hasOwn(CATALOGUE, language);
}
