import type { Words } from './en.ts';

export const pl: Words = {
  failed: 'Przepraszam, nie udało mi się odpowiedzieć. Zapytaj, proszę, jeszcze raz za chwilę. (Błąd {id})',
  busy: 'Przepraszam, nie mogę teraz sięgnąć do źródeł. Zapytaj, proszę, jeszcze raz za kilka minut. (Błąd {id})',
  notReady: 'Nie mogę jeszcze odpowiadać. Zajrzyj, proszę, trochę później. (Błąd {id})',
  stale:
    'Przepraszam, nie było mnie i Twoja wiadomość została bez odpowiedzi. Jeśli nadal jest ważna, wyślij ją ponownie.',
  unsupported: 'Na razie rozumiem tylko tekst. Napisz, proszę, pytanie słowami.',
  unknownCommand: 'Nie znam tego polecenia. Wyślij /help, aby zobaczyć, co potrafię.',
  sources: 'Źródła',
  cutShort: 'Odpowiedź była za długa i kończy się w tym miejscu. Zapytaj o jej część, aby dowiedzieć się więcej.',
  stopped: 'Zatrzymano.',
  nothingToStop: 'Nie ma czego zatrzymywać.',
  newConversation: 'Zacznijmy od nowa. Czego chcesz się dowiedzieć?',
  greeting: 'Zadaj pytanie własnymi słowami.',
  examples: 'Na przykład:',
  help: 'Napisz pytanie tak, jakby czytał je człowiek.',
  languages:
    'Mówię w {count, plural, one {# języku} few {# językach} many {# językach} other {# języka}}. Który wolisz?',
  languageFromTelegram: 'jak w Twoim Telegramie',
  languageUnknown: 'Tego języka jeszcze nie znam.',
  languageChosen: 'Gotowe, teraz mówię do Ciebie po polsku. Odpowiadam nadal w języku pytania.',
  languageAuto: 'Gotowe, mówię w języku Twojego Telegrama. Odpowiadam nadal w języku pytania.',
  commandStart: 'Co potrafię',
  commandHelp: 'Jak ze mnie korzystać',
  commandNew: 'Rozpocznij nową rozmowę',
  commandStop: 'Zatrzymaj odpowiedź',
  commandLang: 'Wybierz język',
  buttonGone: 'Ten przycisk już nie działa.',
  buttonOfAnother: 'Z tego przycisku może korzystać tylko osoba, która zadała pytanie.',
};
