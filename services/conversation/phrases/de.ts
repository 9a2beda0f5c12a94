import type { Phrases } from './en.ts';

export const de: Phrases = {
  refusal:
    'Das weiß ich nicht: In dem Material, aus dem ich antworte, steht nichts darüber. Versuchen Sie es mit anderen Worten oder fragen Sie etwas anderes.',
  untaught: 'Ich weiß noch nichts: Mir hat noch niemand etwas beigebracht. Bitte kommen Sie später wieder.',
  greeting: 'Guten Tag! Ich bin {assistant}. Was möchten Sie wissen?',
  thanks: 'Gern geschehen! Fragen Sie ruhig weiter.',
  farewell: 'Auf Wiedersehen! Kommen Sie wieder, wenn Sie eine Frage haben.',
  identity: 'Ich bin {assistant}.',
};
