import { CallFailed, call, openVisit } from './calls.js';
import { Conversation, randomId } from './conversation.js';
import { element } from './render.js';
import { localise, pickLanguage, textsOf } from './texts.js';
import { TurnView } from './turn.js';

const $ = (id) => document.getElementById(id);
const language = pickLanguage(navigator.languages ?? [navigator.language]);
const texts = textsOf(language);
document.documentElement.lang = language;
localise(document, texts);

let conversation;
let assistant;
/** The turn being answered: its view and what aborts it. */
let current;

/** Where conversation ids are kept; in memory where the browser allows no storage. */
function storage() {
  try {
    localStorage.setItem('otvet', '1');
    return localStorage;
  } catch {
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    };
  }
}

async function start() {
  const { realm } = await openVisit();
  assistant = await findAssistant();
  if (assistant === undefined) return;
  document.title = assistant.displayName;
  $('name').textContent = assistant.displayName;
  $('description').textContent = assistant.description ?? '';
  conversation = new Conversation(assistant.name, realm, storage());
  offerSamples(assistant.sampleQuestions ?? []);
  await showEarlier();
  $('question').disabled = false;
  ready();
  if (!matchMedia('(pointer: coarse)').matches) $('question').focus();
}

/** The assistant of the address, `/chat/{assistant}`; at `/` the first one. */
async function findAssistant() {
  const id = /^\/chat\/([^/]+)\/?$/.exec(location.pathname)?.[1];
  const service = 'otvet.training.v1.AssistantService';
  if (id === undefined) {
    const { assistants = [] } = await call(`${service}/ListAssistants`, { pageSize: 1 });
    if (assistants.length === 0) announceFault(texts.noneYet);
    return assistants[0];
  }
  try {
    return (await call(`${service}/GetAssistant`, { name: `assistants/${id}` })).assistant;
  } catch (error) {
    if (!(error instanceof CallFailed) || !['not_found', 'invalid_argument'].includes(error.code)) throw error;
    announceFault(texts.noAssistant);
    return undefined;
  }
}

function offerSamples(questions) {
  const items = questions.map((question) => {
    const button = element('button', { type: 'button', class: 'sample', dir: 'auto', text: question });
    button.addEventListener('click', () => void ask(question));
    return element('li', {}, button);
  });
  $('samples').replaceChildren(...items);
  $('samples-title').hidden = items.length === 0;
}

/** Puts a page of earlier turns above those shown. The newest may still run: then its answer is followed. */
async function showEarlier() {
  const first = $('turns').firstElementChild;
  const { turns, more } = await conversation.earlier();
  for (const turn of turns) {
    const view = new TurnView(turn.question, texts);
    $('turns').insertBefore(view.element, first);
    if (turn.state === 'STATE_FINISHED') showFinished(view, turn);
    else void answer(view, turn.question, turn.requestId);
  }
  $('earlier').hidden = !more;
  if (first) first.scrollIntoView({ block: 'start' });
  else toNewest();
  showWelcome();
}

function showFinished(view, turn) {
  view.finish(turn);
  if (turn.outcome === 'OUTCOME_FAILED') view.fail(texts.failed, () => void answer(view, turn.question, randomId()));
}

function showWelcome() {
  const empty = $('turns').childElementCount === 0;
  $('welcome').hidden = !empty;
  $('new').hidden = empty;
}

async function ask(question) {
  if (current !== undefined) return;
  const view = new TurnView(question, texts);
  $('turns').append(view.element);
  showWelcome();
  await answer(view, question, randomId());
}

async function answer(view, question, requestId) {
  const controller = new AbortController();
  current = { view, controller };
  following = true;
  view.onDrawn = follow;
  ready();
  say(texts.thinking);
  toNewest();
  try {
    const turn = await conversation.ask(question, requestId, view, controller.signal);
    if (turn.outcome === 'OUTCOME_FAILED') throw new CallFailed({ code: 'failed' });
    say(texts.answered(view.answer.innerText));
  } catch (error) {
    const problem = describe(error);
    const ended = error instanceof CallFailed && (error.ended || error.code === 'failed');
    view.fail(problem, () => {
      if (current !== undefined) return;
      $('question').focus();
      void answer(view, question, ended ? randomId() : requestId);
    });
    say(problem);
  }
  current = undefined;
  ready();
  follow();
}

/** What to tell a person about a failure. */
function describe(error) {
  if (!(error instanceof CallFailed)) return texts.failed;
  const id = error.id === '' ? '' : ` ${texts.errorId(error.id)}`;
  if (error.code === 'lost') return texts.lost;
  if (error.code === 'unauthenticated') return texts.reload;
  if (error.reason === 'SESSION_QUEUE_FULL') return texts.busy;
  if (error.code === 'resource_exhausted' && error.domain !== 'llm.otvet') return texts.tooMany(error.retrySeconds);
  if (error.code === 'unavailable' && error.domain === 'otvet') return texts.unavailable + id;
  if (error.code === 'invalid_argument') return texts.tooLong;
  return texts.failed + id;
}

/** Brings the composer in line with what goes on. */
function ready() {
  const busy = current !== undefined;
  const field = $('question');
  $('send').hidden = busy;
  $('stop').hidden = !busy;
  $('stop').disabled = current?.stopping ?? false;
  $('send').disabled = field.disabled || field.value.trim() === '';
}

function say(text) {
  $('status').textContent = text;
}

function announceFault(text) {
  $('turns').replaceWith(element('p', { class: 'notice', role: 'alert', text }));
}

// The view follows the newest text until the person scrolls up.
let following = true;

function atEnd() {
  const { scrollHeight, scrollTop, clientHeight } = $('scroll');
  return scrollHeight - scrollTop - clientHeight < 80;
}

function follow() {
  if (following) toNewest();
  $('down').hidden = atEnd();
}

function toNewest() {
  $('scroll').scrollTop = $('scroll').scrollHeight;
}

$('scroll').addEventListener(
  'scroll',
  () => {
    following = atEnd();
    $('down').hidden = following;
  },
  { passive: true },
);
$('down').addEventListener('click', toNewest);

$('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  const field = $('question');
  const question = field.value.trim();
  if (question === '' || current !== undefined || field.disabled) return;
  field.value = '';
  grow();
  void ask(question);
});

$('question').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $('composer').requestSubmit();
});

$('question').addEventListener('input', () => {
  grow();
  ready();
});

/** The field is as high as its text, up to what the style allows. */
function grow() {
  const field = $('question');
  field.style.height = '';
  if (field.value !== '') field.style.height = `${field.scrollHeight}px`;
}

$('stop').addEventListener('click', async () => {
  const stopped = current;
  if (stopped === undefined) return;
  stopped.stopping = true;
  ready();
  $('question').focus();
  await conversation.stop().catch(() => stopped.controller.abort());
  // The stream ends by itself with what was said; a service that does not answer must not hold the person up.
  setTimeout(() => stopped.controller.abort(), 3_000);
});

$('new').addEventListener('click', () => {
  if (current !== undefined) {
    void conversation.stop().catch(() => undefined);
    current.controller.abort();
  }
  conversation.renew();
  $('turns').replaceChildren();
  $('earlier').hidden = true;
  showWelcome();
  $('question').focus();
});

$('earlier').addEventListener('click', () => void showEarlier().catch((error) => say(describe(error))));

start().catch((error) => announceFault(describe(error)));
