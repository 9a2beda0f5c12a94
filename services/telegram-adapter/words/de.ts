import type { Words } from './en.ts';

export const de: Words = {
  failed: 'Das konnte ich leider nicht beantworten. Bitte fragen Sie gleich noch einmal. (Fehler {id})',
  busy: 'Ich komme gerade leider nicht an meine Quellen. Bitte fragen Sie in ein paar Minuten noch einmal. (Fehler {id})',
  notReady:
    'Ich bin noch nicht so weit, dass ich antworten kann. Bitte schauen Sie etwas später wieder vorbei. (Fehler {id})',
  stale:
    'Entschuldigung, ich war nicht erreichbar und habe Ihre Nachricht verpasst. Wenn sie noch wichtig ist, schicken Sie sie bitte noch einmal.',
  unsupported: 'Bisher kann ich nur Text lesen. Bitte schreiben Sie Ihre Frage in Worten.',
  unknownCommand: 'Diesen Befehl kenne ich nicht. Mit /help sehen Sie, was ich kann.',
  sources: 'Quellen',
  cutShort: 'Die Antwort war zu lang und endet hier. Fragen Sie nach einem Teil davon, um weiterzulesen.',
  stopped: 'Angehalten.',
  nothingToStop: 'Es gibt nichts anzuhalten.',
  newConversation: 'Fangen wir neu an. Was möchten Sie wissen?',
  greeting: 'Stellen Sie mir eine Frage in Ihren eigenen Worten.',
  examples: 'Zum Beispiel:',
  help: 'Schreiben Sie Ihre Frage so, wie Sie einen Menschen fragen würden.',
  languages: 'Ich spreche {count, plural, one {# Sprache} other {# Sprachen}}. Welche ist Ihnen lieber?',
  languageFromTelegram: 'wie in Ihrem Telegram',
  languageUnknown: 'Diese Sprache spreche ich noch nicht.',
  languageChosen: 'Gut, ich spreche jetzt Deutsch mit Ihnen. Antworten gebe ich weiter in der Sprache Ihrer Frage.',
  languageAuto:
    'Gut, ich richte mich nach der Sprache Ihres Telegram. Antworten gebe ich weiter in der Sprache Ihrer Frage.',
  commandStart: 'Was ich kann',
  commandHelp: 'So nutzen Sie mich',
  commandNew: 'Neues Gespräch beginnen',
  commandStop: 'Antwort anhalten',
  commandLang: 'Sprache wählen',
  buttonGone: 'Diese Taste bewirkt nichts mehr.',
  buttonOfAnother: 'Diese Taste ist nur für die Person, die gefragt hat.',
};
