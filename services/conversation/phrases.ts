/** What Otvet itself says to people, in the languages it speaks by itself. Models speak all others. */

interface Phrases {
  /** The honest "I don't know". */
  readonly refusal: string;
  /** When the assistant has been taught nothing yet. */
  readonly untaught: string;
  readonly greeting: (assistant: string) => string;
  readonly thanks: string;
  readonly farewell: string;
  readonly identity: (assistant: string, description: string) => string;
}

const PHRASES: Readonly<Record<'en' | 'ru', Phrases>> = {
  en: {
    refusal:
      "I don't know: I found nothing about this in the material I answer from. Try putting it another way, or ask about something else.",
    untaught: "I don't know anything yet: nobody has taught me. Please come back later.",
    greeting: (assistant) => `Hello! I am ${assistant}. What would you like to know?`,
    thanks: 'You are welcome! Ask me anything else.',
    farewell: 'Goodbye! Come back whenever you have a question.',
    identity: (assistant, description) => `I am ${assistant}. ${description}`.trim(),
  },
  ru: {
    refusal: 'Не знаю: в материалах, по которым я отвечаю, об этом ничего нет. Попробуйте спросить иначе или о другом.',
    untaught: 'Я пока ничего не знаю: меня ещё не обучили. Загляните, пожалуйста, позже.',
    greeting: (assistant) => `Здравствуйте! Я ${assistant}. Что вы хотели бы узнать?`,
    thanks: 'Пожалуйста! Спрашивайте ещё.',
    farewell: 'До свидания! Возвращайтесь с любым вопросом.',
    identity: (assistant, description) => `Я ${assistant}. ${description}`.trim(),
  },
};

/** The phrases of a language; English where there are none of its own. */
export function phrasesOf(language: string): Phrases {
  return language.toLowerCase().startsWith('ru') ? PHRASES.ru : PHRASES.en;
}
