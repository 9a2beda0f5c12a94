import { createHash } from 'node:crypto';

export type Rating = 'up' | 'down';
export type FeedbackReason =
  | 'wrong'
  | 'outdated'
  | 'incomplete'
  | 'off_topic'
  | 'not_answered'
  | 'unclear'
  | 'inappropriate'
  | 'other';

/** What a person thinks of an answer, as they gave it. */
export type GivenFeedback = {
  /** Absent: there are words only. */
  readonly rating?: Rating;
  readonly reason?: FeedbackReason;
  /** Empty: none. */
  readonly comment: string;
  readonly correction: string;
};

/** What is kept of it, in the turn's document. */
export type FeedbackRecord = {
  /** Absent: it was taken back. */
  readonly given?: GivenFeedback;
  /** Of what was given: the same again changes nothing. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Its place in the feed. */
  readonly told: string;
};

/** Of what was given; of nothing where it is taken back. */
export function feedbackHash(given: GivenFeedback | undefined): string {
  const fields = given ? [given.rating ?? '', given.reason ?? '', given.comment, given.correction] : [];
  return createHash('sha256').update(JSON.stringify(fields)).digest('base64url').slice(0, 16);
}
