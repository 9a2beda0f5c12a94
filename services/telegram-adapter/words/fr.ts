import type { Words } from './en.ts';

export const fr: Words = {
  failed: 'Désolé, je n’ai pas pu répondre. Reposez la question dans un instant, s’il vous plaît. (Erreur {id})',
  busy: 'Désolé, je n’ai pas accès à mes sources en ce moment. Reposez la question dans quelques minutes, s’il vous plaît. (Erreur {id})',
  notReady: 'Je ne suis pas encore en mesure de répondre. Revenez un peu plus tard, s’il vous plaît. (Erreur {id})',
  stale: 'Désolé, j’étais absent et j’ai manqué votre message. S’il est toujours d’actualité, renvoyez-le.',
  unsupported: 'Pour l’instant, je ne lis que du texte. Écrivez votre question avec des mots, s’il vous plaît.',
  unknownCommand: 'Je ne connais pas cette commande. Envoyez /help pour voir ce que je sais faire.',
  sources: 'Sources',
  cutShort:
    'La réponse était trop longue et s’arrête ici. Posez une question sur une de ses parties pour en savoir plus.',
  stopped: 'C’est arrêté.',
  nothingToStop: 'Il n’y a rien à arrêter.',
  newConversation: 'Reprenons à zéro. Que souhaitez-vous savoir ?',
  greeting: 'Posez-moi une question avec vos propres mots.',
  examples: 'Par exemple :',
  help: 'Écrivez votre question comme vous la poseriez à quelqu’un.',
  languages: 'Je parle {count, plural, one {# langue} many {# de langues} other {# langues}}. Laquelle préférez-vous ?',
  languageFromTelegram: 'comme dans votre Telegram',
  languageUnknown: 'Je ne parle pas encore cette langue.',
  languageChosen:
    'C’est fait, je vous parle désormais en français. Mes réponses restent dans la langue de vos questions.',
  languageAuto:
    'C’est fait, je suis la langue de votre Telegram. Mes réponses restent dans la langue de vos questions.',
  commandStart: 'Ce que je sais faire',
  commandHelp: 'Comment m’utiliser',
  commandNew: 'Commencer une nouvelle conversation',
  commandStop: 'Arrêter la réponse',
  commandLang: 'Choisir la langue',
  buttonGone: 'Ce bouton ne sert plus.',
  buttonOfAnother: 'Seule la personne qui a posé la question peut utiliser ce bouton.',
};
