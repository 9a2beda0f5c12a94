import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { type Desk, paceOf } from '../desk.ts';
import { callAfterRefusals } from '../handoff/ask-for-people.ts';
import { passOn } from '../handoff/pass-on.ts';
import { targetOf } from '../telegram/target.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import { tongueFor } from '../words/tongue-for.ts';
import { stopKeyboard } from './answer-keyboard.ts';
import { type Delivered, deliver } from './deliver.ts';
import { Draft } from './draft.ts';
import { type Asked, finalText, prefaced } from './final-text.ts';
import { listen } from './listen.ts';
import type { DeliveryRecord } from './record.ts';

/** Has a question answered and its answer delivered. Rejects when the service stops; the rest is done after its next start. */
export async function answer(
  desk: Desk,
  update: InboxUpdate,
  asked: Asked,
  record: DeliveryRecord,
): Promise<Delivered> {
  const target = targetOf(asked);
  const here = { ...desk, pace: paceOf(desk, asked) };
  const seen = firstText(desk, update);
  let turn: string | undefined;
  const tongue = tongueFor({ chosen: '', text: asked.text, interface: asked.language });
  const keyboard = () => (turn === undefined ? undefined : stopKeyboard(turn, asked, tongue));
  const draft = new Draft({ ...here, target, record, keyboard, onFirstText: seen });
  if (asked.preface !== undefined) draft.show(asked.preface);
  try {
    const heard = await listen(desk, asked, {
      begun: (name) => {
        turn = name;
      },
      grown: (text) => draft.show(prefaced(asked, text)),
    });
    const shown = await draft.settle();
    const outcome = heard.how === 'finished' ? heard.turn.outcome : undefined;
    if (outcome === Outcome.HANDED_OVER) {
      await passOn(desk, asked);
      return 'delivered';
    }
    const { parts, keepsWords } = await finalText(desk, asked, heard, record.messages.length > 0);
    const name = heard.how === 'finished' ? heard.turn.name : heard.turn;
    const retryOf = asked.anewAt === undefined ? {} : { retryOf: asked.retry.update };
    record.answers({ ...(name ? { turn: name } : {}), ...retryOf, keepsWords });
    const delivered = await deliver(here, target, record, parts, shown);
    if (delivered === 'delivered') seen();
    if (outcome === Outcome.REFUSED && asked.anewAt === undefined)
      await callAfterRefusals(desk, asked, update.updateId);
    return delivered;
  } finally {
    await draft.settle();
  }
}

/** Measures the time to the first text, once. */
function firstText(desk: Desk, { receivedAt }: InboxUpdate): () => void {
  let seen = false;
  return () => {
    if (!seen) desk.metrics.firstText.observe(Math.max(0, desk.clock.now() - receivedAt) / 1000);
    seen = true;
  };
}
