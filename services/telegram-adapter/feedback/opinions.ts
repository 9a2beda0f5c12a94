import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type Feedback,
  Feedback_Rating,
  type Feedback_Reason,
  type FeedbackSchema,
} from '#gen/otvet/conversation/v1/feedback_pb.ts';

/** What a person thinks of an answer, as conversation takes it; undefined: nothing any more. */
export type Opinion = MessageInitShape<typeof FeedbackSchema> | undefined;

/** What a person says now, given what they said before. Saying it again changes nothing. */
export type Change = (before: Feedback | undefined) => Opinion;

/** It was good after all: what was wrong with it is gone, what they wrote stays. */
export const up: Change = (before) => ({ rating: Feedback_Rating.UP, comment: before?.comment ?? '' });

/** It was bad; what they told of that stays. */
export const down: Change = (before) => ({ ...faultsOf(before), rating: Feedback_Rating.DOWN });

/** They take their rating back; what they wrote stays. */
export const withdrawn: Change = (before) => (before?.comment ? { comment: before.comment } : undefined);

/** What was wrong with it. */
export function because(reason: Feedback_Reason): Change {
  return (before) => ({ ...faultsOf(before), rating: Feedback_Rating.DOWN, reason });
}

/** What should have been answered. */
export function corrected(correction: string): Change {
  return (before) => ({ ...faultsOf(before), rating: Feedback_Rating.DOWN, correction });
}

/** What they think in their own words, with whatever else they said. */
export function commented(comment: string): Change {
  return (before) => ({ ...faultsOf(before), rating: before?.rating ?? Feedback_Rating.UNSPECIFIED, comment });
}

function faultsOf(before: Feedback | undefined): { reason?: Feedback_Reason; comment: string; correction: string } {
  if (before === undefined) return { comment: '', correction: '' };
  const { reason, comment, correction } = before;
  return { reason, comment, correction };
}
