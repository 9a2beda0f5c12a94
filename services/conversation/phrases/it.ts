import type { Phrases } from './en.ts';

export const it: Phrases = {
  refusal:
    'Non lo so: nel materiale da cui rispondo non c’è niente a riguardo. Prova a chiederlo in un altro modo o chiedi qualcos’altro.',
  untaught: 'Non so ancora niente: nessuno mi ha insegnato nulla. Torna più tardi, per favore.',
  greeting: 'Ciao! Sono {assistant}. Cosa vuoi sapere?',
  thanks: 'Prego! Chiedimi pure altro.',
  farewell: 'Arrivederci! Torna quando hai una domanda.',
  identity: 'Sono {assistant}.',
};
