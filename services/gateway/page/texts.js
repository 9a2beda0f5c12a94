/** Everything the page says, in each of its languages. */
const TEXTS = {
  en: {
    skip: 'Skip to the question field',
    newConversation: 'New conversation',
    samples: 'Try asking',
    earlier: 'Show earlier questions',
    conversation: 'Conversation',
    newest: 'To the newest message',
    yourQuestion: 'Your question',
    ask: 'Ask a question…',
    send: 'Send',
    stop: 'Stop answering',
    caution: 'Answers come from the material given and name their sources. Check what matters.',
    you: 'You asked',
    thinking: 'Looking for the answer',
    sources: 'Sources',
    source: (number, title) => `Source ${number}: ${title}`,
    close: 'Close the source',
    stopped: 'Stopped.',
    stoppedEmpty: 'Stopped before there was an answer.',
    curated: 'Approved answer',
    refused: 'Not found in the material',
    cut: 'The answer reached its greatest length and was cut.',
    retry: 'Try again',
    copy: 'Copy',
    copied: 'Copied',
    answered: (text) => `Answer: ${text}`,
    noAssistant: 'There is no assistant here.',
    noneYet: 'No assistant has been made yet. Import some material first, then come back.',
    failed: 'The answer could not be given.',
    unavailable: 'The service cannot be reached just now.',
    lost: 'The connection was lost.',
    tooMany: (seconds) => `Too many questions at once. Try again in ${seconds} s.`,
    tooLong: 'The question is too long: at most 16,000 characters.',
    busy: 'Earlier questions are still being answered. Wait a moment.',
    reload: 'Your visit has ended. Reload the page to go on.',
    errorId: (id) => `Error id: ${id}`,
  },
  ru: {
    skip: 'Перейти к полю вопроса',
    newConversation: 'Новый разговор',
    samples: 'Например, спросите',
    earlier: 'Показать более ранние вопросы',
    conversation: 'Разговор',
    newest: 'К последнему сообщению',
    yourQuestion: 'Ваш вопрос',
    ask: 'Задайте вопрос…',
    send: 'Отправить',
    stop: 'Остановить ответ',
    caution: 'Ответы основаны на загруженных материалах, источники указаны. Важное перепроверяйте.',
    you: 'Вы спросили',
    thinking: 'Ищу ответ',
    sources: 'Источники',
    source: (number, title) => `Источник ${number}: ${title}`,
    close: 'Закрыть источник',
    stopped: 'Остановлено.',
    stoppedEmpty: 'Остановлено до начала ответа.',
    curated: 'Проверенный ответ',
    refused: 'В материалах этого нет',
    cut: 'Ответ достиг предельной длины и был обрезан.',
    retry: 'Повторить',
    copy: 'Скопировать',
    copied: 'Скопировано',
    answered: (text) => `Ответ: ${text}`,
    noAssistant: 'Такого помощника здесь нет.',
    noneYet: 'Помощник ещё не создан. Сначала загрузите материалы, потом возвращайтесь.',
    failed: 'Не удалось дать ответ.',
    unavailable: 'Сервис сейчас недоступен.',
    lost: 'Соединение прервалось.',
    tooMany: (seconds) => `Слишком много вопросов подряд. Повторите через ${seconds} с.`,
    tooLong: 'Вопрос слишком длинный: не больше 16 000 знаков.',
    busy: 'Предыдущие вопросы ещё обрабатываются. Подождите немного.',
    reload: 'Время визита истекло. Обновите страницу, чтобы продолжить.',
    errorId: (id) => `Номер ошибки: ${id}`,
  },
};

/** The interface language: the first of the browser's languages that the page speaks, else English. */
export function pickLanguage(preferred) {
  return preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in TEXTS) ?? 'en';
}

/** The texts of a language. */
export function textsOf(language) {
  return TEXTS[language];
}

/** Puts the texts into the elements of the page that ask for one by `data-text`, `data-label` or `data-placeholder`. */
export function localise(document, texts) {
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = texts[element.dataset.text];
  for (const element of document.querySelectorAll('[data-label]'))
    element.setAttribute('aria-label', texts[element.dataset.label]);
  for (const element of document.querySelectorAll('[data-placeholder]'))
    element.placeholder = texts[element.dataset.placeholder];
}
