import { parse } from './markdown.js';
import { element, renderAfresh, renderInto } from './render.js';

let made = 0;

/** One question and its answer on the page. The conversation tells it what comes; it knows nothing of the network. */
export class TurnView {
  constructor(question, texts) {
    this.texts = texts;
    this.text = '';
    this.citations = new Map();
    this.id = `turn-${++made}`;
    this.answer = element('div', { class: 'answer', dir: 'auto' });
    this.badge = element('p', { class: 'badge', hidden: true });
    this.sources = element('div', { class: 'sources', hidden: true });
    this.after = element('div', { class: 'after' });
    this.element = element(
      'li',
      { id: this.id, class: 'turn' },
      element(
        'div',
        { class: 'question', dir: 'auto' },
        element('span', { class: 'unseen', text: `${texts.you}: ` }),
        element('span', { class: 'asked', text: question }),
      ),
      element('div', { class: 'reply' }, this.badge, this.answer, this.sources, this.after),
    );
  }

  /** Answering begins, or begins anew: what was shown is gone. */
  begin() {
    this.text = '';
    this.citations.clear();
    this.after.replaceChildren();
    this.badge.hidden = true;
    this.sources.hidden = true;
    this.element.classList.add('open');
    renderAfresh(this.answer, [], () => undefined);
    const dots = [0, 1, 2].map(() => element('i'));
    this.answer.append(element('p', { class: 'thinking', role: 'img', 'aria-label': this.texts.thinking }, ...dots));
  }

  /** More of the answer came. Drawn once a frame, however much comes. */
  add(text) {
    this.text += text;
    this.drawn ??= requestAnimationFrame(() => {
      this.drawn = undefined;
      this.draw(renderInto);
    });
  }

  /** A source came. */
  cite(citation) {
    this.citations.set(citation.number, citation);
    this.draw(renderAfresh);
  }

  /** The turn is finished: shows its final record. */
  finish(turn, reason) {
    this.settle();
    this.text = turn.answer ?? '';
    this.citations = new Map((turn.citations ?? []).map((citation) => [citation.number, citation]));
    if (turn.language) this.answer.lang = turn.language;
    this.draw(renderAfresh);
    this.showSources();
    const { texts } = this;
    if (turn.outcome === 'OUTCOME_CURATED') this.mark(texts.curated, 'curated');
    if (turn.outcome === 'OUTCOME_REFUSED') this.mark(texts.refused, 'refused');
    if (turn.outcome === 'OUTCOME_STOPPED') this.note(this.text === '' ? texts.stoppedEmpty : texts.stopped);
    if (reason === 'FINISH_REASON_LENGTH') this.note(texts.cut);
    if (this.text !== '') this.offerCopy();
  }

  /** The answer failed: what came stays, and `again` is offered. */
  fail(problem, again) {
    this.settle();
    this.draw(renderAfresh);
    const button = element('button', { type: 'button', class: 'retry', text: this.texts.retry });
    button.addEventListener('click', again);
    this.note(problem, 'problem');
    this.after.append(button);
  }

  /** Nothing more will come. */
  settle() {
    this.element.classList.remove('open');
    if (this.drawn !== undefined) cancelAnimationFrame(this.drawn);
    this.drawn = undefined;
    this.after.replaceChildren();
  }

  draw(render) {
    // Until there is text, the sign that it is sought stays.
    if (this.text === '' && this.element.classList.contains('open')) return;
    this.answer.querySelector('.thinking')?.remove();
    render(this.answer, parse(this.text), (number, text) => this.citationMark(number, text));
    this.onDrawn?.();
  }

  mark(text, kind) {
    this.badge.textContent = text;
    this.badge.className = `badge ${kind}`;
    this.badge.hidden = false;
  }

  note(text, kind = 'note') {
    this.after.append(element('p', { class: kind, text }));
  }

  offerCopy() {
    const button = element('button', { type: 'button', class: 'quiet copy', text: this.texts.copy });
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(this.text);
      button.textContent = this.texts.copied;
      setTimeout(() => (button.textContent = this.texts.copy), 2_000);
    });
    this.after.append(button);
  }

  /** `[1]` in the text: opens its source when there is one; waits for it while the answer comes; else stays text. */
  citationMark(number, text) {
    const citation = this.citations.get(number);
    if (citation === undefined) {
      const waits = this.element.classList.contains('open');
      return waits ? element('span', { class: 'cite', text: String(number) }) : document.createTextNode(text);
    }
    const label = this.texts.source(number, citation.title ?? '');
    const button = element('button', { type: 'button', class: 'cite', 'aria-label': label, text: String(number) });
    button.addEventListener('click', () => this.openSource(number, true));
    return button;
  }

  showSources() {
    const citations = [...this.citations.values()];
    this.sources.hidden = citations.length === 0;
    const title = element('h3', { id: `${this.id}-sources`, text: this.texts.sources });
    const chips = element(
      'ul',
      { class: 'chips', 'aria-labelledby': title.id },
      ...citations.map((citation) => this.chip(citation)),
    );
    const panels = citations.map((citation) => this.panel(citation));
    this.sources.replaceChildren(title, chips, ...panels);
  }

  chip({ number, title = '' }) {
    const button = element(
      'button',
      { type: 'button', class: 'chip', 'aria-expanded': 'false', 'aria-controls': `${this.id}-source-${number}` },
      element('b', { text: String(number) }),
      element('span', { text: title, dir: 'auto' }),
    );
    button.addEventListener('click', () => this.openSource(number, false));
    return element('li', {}, button);
  }

  panel({ number, title = '', passage = '', locator = '' }) {
    const id = `${this.id}-source-${number}`;
    const close = element('button', {
      type: 'button',
      class: 'quiet close',
      'aria-label': this.texts.close,
      text: '×',
    });
    const heading = element('h4', { id: `${id}-title`, dir: 'auto', text: title, tabindex: '-1' });
    const where = locator === '' ? [] : [element('p', { class: 'locator', dir: 'auto', text: locator })];
    const panel = element(
      'section',
      { id, class: 'source', hidden: true, 'aria-labelledby': `${id}-title` },
      element('div', { class: 'source-head' }, element('b', { text: String(number) }), heading, close),
      ...where,
      element('blockquote', { dir: 'auto', text: passage }),
    );
    const shut = () => {
      this.openSource(number, false);
      this.chipOf(number)?.focus();
    };
    close.addEventListener('click', shut);
    panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') shut();
    });
    return panel;
  }

  chipOf(number) {
    return this.sources.querySelector(`[aria-controls="${this.id}-source-${number}"]`);
  }

  /** Opens a source and closes the others; a second time closes it, unless `stay`. */
  openSource(number, stay) {
    for (const panel of this.sources.querySelectorAll('.source')) {
      const open = panel.id === `${this.id}-source-${number}` && (stay || panel.hidden);
      panel.hidden = !open;
      const chip = this.sources.querySelector(`[aria-controls="${panel.id}"]`);
      chip?.setAttribute('aria-expanded', String(open));
      if (open && stay) panel.querySelector('h4').focus();
      if (open) panel.scrollIntoView({ block: 'nearest' });
    }
  }
}
