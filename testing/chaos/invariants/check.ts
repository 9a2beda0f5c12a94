import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { Broken, Evidence } from '../evidence.ts';
import { checkChats } from './chats.ts';
import { checkPartners } from './partners.ts';
import { checkRecords } from './records.ts';

/** What came of a run. */
export interface Findings {
  readonly broken: readonly Broken[];
  /** Messages that stand in chats beyond those that the answers need. */
  readonly repeats: number;
  /** Sends whose result was lost: replies dropped, and senders that died between intent and record. */
  readonly lostResults: number;
  /** Turns that were begun twice and lost twice with their process. */
  readonly attemptsExhausted: number;
  /** Turns that ended with a failure, those included. */
  readonly failed: number;
}

/** Holds what was seen against what always holds. */
export function findings(evidence: Evidence): Findings {
  const chats = checkChats(evidence);
  const lostResults = evidence.droppedReplies.length + evidence.deaths.reduce((sum, death) => sum + death.uncertain, 0);
  const broken = [...checkRecords(evidence), ...checkPartners(evidence), ...chats.broken];
  if (chats.repeats > lostResults) {
    const message = `${chats.repeats} messages stand there again, and only ${lostResults} results of sends were lost`;
    broken.push({ invariant: 'delivered once', message });
  }
  if (evidence.unconfirmed > 0) {
    broken.push({ invariant: 'updates accepted', message: `Telegram still holds ${evidence.unconfirmed} updates` });
  }
  for (const { method, fault } of evidence.violations) {
    broken.push({ invariant: "Telegram's rules", message: `${method}: ${fault}` });
  }
  const failed = evidence.turns.filter(({ outcome }) => outcome === Outcome.FAILED);
  return {
    broken,
    repeats: chats.repeats,
    lostResults,
    attemptsExhausted: failed.filter(({ failureReason }) => failureReason === 'ATTEMPTS_EXHAUSTED').length,
    failed: failed.length,
  };
}
