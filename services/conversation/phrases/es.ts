import type { Phrases } from './en.ts';

export const es: Phrases = {
  refusal:
    'No lo sé: en el material con el que respondo no hay nada sobre esto. Pruebe a preguntarlo de otra manera o pregunte por otra cosa.',
  untaught: 'Todavía no sé nada: nadie me ha enseñado. Vuelva más tarde, por favor.',
  greeting: '¡Hola! Soy {assistant}. ¿Qué le gustaría saber?',
  thanks: '¡De nada! Pregúnteme lo que quiera.',
  farewell: '¡Hasta luego! Vuelva cuando tenga una pregunta.',
  identity: 'Soy {assistant}.',
};
