import type { DeliveryDeps, Part } from '../answering/deliver.ts';
import type { Desk } from '../desk.ts';

/** Stands for the message that is copied. */
export const COPY: Part = { html: '', plain: '' };

/** Delivers a message as it stands in another chat, whatever it holds, in place of a text. */
export function copying(desk: Desk, chat: number, message: number): DeliveryDeps {
  const { client } = desk;
  return {
    ...desk,
    pace: desk.groupPace,
    client: {
      send: (target) => client.copy(target, chat, message),
      edit: (...edit) => client.edit(...edit),
      blockedUntil: (to) => client.blockedUntil(to),
    },
  };
}
