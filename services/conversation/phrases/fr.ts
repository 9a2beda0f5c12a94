import type { Phrases } from './en.ts';

export const fr: Phrases = {
  refusal:
    'Je ne sais pas : les documents d’après lesquels je réponds n’en disent rien. Essayez de le demander autrement, ou posez une autre question.',
  untaught: 'Je ne sais encore rien : on ne m’a rien appris. Revenez plus tard, s’il vous plaît.',
  greeting: 'Bonjour ! Je suis {assistant}. Que souhaitez-vous savoir ?',
  thanks: 'Je vous en prie ! N’hésitez pas à poser d’autres questions.',
  farewell: 'Au revoir ! Revenez dès que vous avez une question.',
  identity: 'Je suis {assistant}.',
};
