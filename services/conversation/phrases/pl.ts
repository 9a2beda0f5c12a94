import type { Phrases } from './en.ts';

export const pl: Phrases = {
  refusal:
    'Nie wiem: w materiałach, na których opieram odpowiedzi, nic o tym nie ma. Spróbuj zapytać inaczej albo o coś innego.',
  untaught: 'Nic jeszcze nie wiem: nikt mnie niczego nie nauczył. Zajrzyj, proszę, później.',
  greeting: 'Dzień dobry! Jestem {assistant}. Czego chcesz się dowiedzieć?',
  thanks: 'Proszę bardzo! Pytaj dalej.',
  farewell: 'Do widzenia! Wróć, gdy pojawi się pytanie.',
  identity: 'Jestem {assistant}.',
};
