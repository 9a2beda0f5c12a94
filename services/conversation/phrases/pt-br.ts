import type { Phrases } from './en.ts';

export const ptBr: Phrases = {
  refusal:
    'Não sei: no material de onde tiro as respostas não há nada sobre isso. Tente perguntar de outro jeito ou pergunte sobre outra coisa.',
  untaught: 'Ainda não sei nada: ninguém me ensinou. Volte mais tarde, por favor.',
  greeting: 'Olá! Eu sou {assistant}. O que você gostaria de saber?',
  thanks: 'De nada! Pode perguntar mais.',
  farewell: 'Até logo! Volte quando tiver uma pergunta.',
  identity: 'Eu sou {assistant}.',
};
