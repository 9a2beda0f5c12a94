/** What the bot itself says; the English text is the reference for all languages. Plain text in a part of ICU MessageFormat. */
export const en = {
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
  help: 'Write your question as you would ask a person.',
  languages: 'I speak {count, plural, one {# language} other {# languages}}. Which one do you prefer?',
  languageFromTelegram: 'as in your Telegram',
  languageUnknown: 'I do not speak this language yet.',
  languageChosen: 'Done, I speak English with you now. My answers stay in the language of your questions.',
  languageAuto: 'Done, I follow the language of your Telegram. My answers stay in the language of your questions.',
  commandStart: 'What I can do',
  commandHelp: 'How to use me',
  commandNew: 'Start a new conversation',
  commandStop: 'Stop the answer',
  commandLang: 'Choose the language',
  buttonGone: 'This button does nothing any more.',
  buttonOfAnother: 'Only the person who asked can use this button.',
} as const;

/** The same in a language. */
export type Words = Readonly<Record<keyof typeof en, string>>;
