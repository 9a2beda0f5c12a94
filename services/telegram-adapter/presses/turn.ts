import type { Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { type Desk, principalOf, sessionOf } from '../desk.ts';
import type { Where } from '../updates/update.ts';

/** The name of a turn in a chat, by its id; undefined while there is no assistant. Rejects with `RpcError`. */
export async function turnNameOf(desk: Desk, where: Where, id: string): Promise<string | undefined> {
  const assistant = await desk.assistants.name();
  return assistant === undefined ? undefined : `${sessionOf(desk.bot, where, assistant)}/turns/${id}`;
}

/** A turn as conversation has it, for a person; undefined where that has none, or it is not theirs to see. Rejects with `RpcError`. */
export async function readTurn(desk: Desk, name: string, user: number): Promise<Turn | undefined> {
  return unlessMissing(
    async () => (await desk.sessions.getTurn({ name }, { principal: askerOf(desk, name, user) })).turn,
  );
}

/** Who asks something about a turn. */
export function askerOf(desk: Desk, turn: string, user: number): ReturnType<typeof principalOf> {
  return principalOf(desk.bot, user, turn.split('/').slice(0, 2).join('/'));
}

/** Undefined where what is asked about is not there. */
export async function unlessMissing<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof RpcError && error.failure.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
