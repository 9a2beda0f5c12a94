import { CallFailed, call, stream } from './calls.js';

const SERVICE = 'otvet.conversation.v1';
const RESUMES = 4;
const PAGE_SIZE = 20;

/** A conversation with one assistant: asks, resumes what was cut, stops, and reads what was said before. */
export class Conversation {
  constructor(assistant, realm, storage) {
    this.assistant = assistant;
    this.realm = realm;
    this.storage = storage;
    this.slot = `otvet:${assistant}:${realm}`;
    this.id = storage.getItem(this.slot) ?? randomId();
    this.begun = storage.getItem(this.slot) !== null;
  }

  /** The resource name of the session. */
  get session() {
    return `${this.assistant}/sessions/${this.realm}.${this.id}`;
  }

  /** Begins a new conversation. It is remembered across reloads from its first question on. */
  renew() {
    this.storage.removeItem(this.slot);
    this.id = randomId();
    this.begun = false;
    this.pageToken = undefined;
  }

  /** Turns of before, the oldest first, a page for each call. `more` tells whether there are still earlier ones. */
  async earlier() {
    if (!this.begun) return { turns: [], more: false };
    try {
      const request = { parent: this.session, pageSize: PAGE_SIZE, pageToken: this.pageToken ?? '' };
      const { turns = [], nextPageToken = '' } = await call(`${SERVICE}.SessionService/ListTurns`, request);
      this.pageToken = nextPageToken;
      return { turns: turns.reverse(), more: nextPageToken !== '' };
    } catch (error) {
      if (error instanceof CallFailed && error.reason === 'SESSION_NOT_FOUND') return { turns: [], more: false };
      throw error;
    }
  }

  /**
   * Asks, and tells `view` what comes. A lost connection is taken up again where it was cut, a few times, with the same
   * request id: nothing is asked twice. Resolves with the finished turn; rejects with `CallFailed`.
   */
  async ask(question, requestId, view, signal) {
    const heard = { attempt: 0, sequence: 0 };
    this.storage.setItem(this.slot, this.id);
    this.begun = true;
    view.begin();
    for (let resumed = 0; ; resumed++) {
      try {
        return await this.follow(question, requestId, view, heard, signal);
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        const ofTheWay = error.domain === '' || error.domain === 'otvet';
        const again = error.code === 'lost' || (error.code === 'unavailable' && ofTheWay);
        if (!again || signal.aborted || resumed >= RESUMES) {
          // Once it had begun, a failure that a service reports is the end of the turn: to try again is to ask anew.
          error.ended = heard.attempt > 0 && !ofTheWay;
          throw error;
        }
        await pause(400 * 2 ** resumed, signal);
      }
    }
  }

  async follow(question, requestId, view, heard, signal) {
    const { attempt, sequence } = heard;
    const after = attempt > 0 ? { after: { attempt, sequence } } : {};
    const request = { assistant: this.assistant, sessionId: this.id, question, requestId, ...after };
    for await (const event of stream(`${SERVICE}.ConversationService/Ask`, request, signal)) {
      if (event.started) this.started(event.started, view, heard);
      if (event.delta && event.delta.sequence > heard.sequence) {
        heard.sequence = event.delta.sequence;
        view.add(event.delta.text ?? '');
      }
      if (event.citation) view.cite(event.citation);
      if (event.finished) {
        view.finish(event.finished.turn, event.finished.finishReason);
        return event.finished.turn;
      }
    }
    throw new CallFailed({ code: 'lost' });
  }

  started({ attempt = 1 }, view, heard) {
    if (attempt === heard.attempt) return;
    if (heard.attempt > 0) view.begin();
    heard.attempt = attempt;
    heard.sequence = 0;
  }

  /** Stops what is being answered. */
  async stop() {
    await call(`${SERVICE}.ConversationService/StopTurns`, { session: this.session });
  }
}

/** An id of 128 random bits. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
