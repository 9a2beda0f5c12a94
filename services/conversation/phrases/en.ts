/** What an assistant says by itself; the English text is the reference for all languages. Plain text in a part of ICU MessageFormat. */
export const en = {
  refusal:
    "I don't know: I found nothing about this in the material I answer from. Try putting it another way, or ask about something else.",
  untaught: "I don't know anything yet: nobody has taught me. Please come back later.",
  greeting: 'Hello! I am {assistant}. What would you like to know?',
  thanks: 'You are welcome! Ask me anything else.',
  farewell: 'Goodbye! Come back whenever you have a question.',
  identity: 'I am {assistant}.',
} as const;

/** The same in a language. */
export type Phrases = Readonly<Record<keyof typeof en, string>>;
