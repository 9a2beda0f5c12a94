import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import type { Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { Partner } from '../public-api.ts';

/** All turns of an assistant's sessions, as the public API lists them. */
export async function readTurns(partner: Partner, assistant: string): Promise<readonly Turn[]> {
  const service = partner.client(SessionService);
  const parent = `assistants/${assistant}`;
  const sessions = await all(async (pageToken) => {
    const page = await service.listSessions({ parent, pageSize: 200, pageToken });
    return { items: page.sessions, next: page.nextPageToken };
  });
  const turns: Turn[] = [];
  for (const { name } of sessions) {
    const own = await all(async (pageToken) => {
      const page = await service.listTurns({ parent: name, pageSize: 200, pageToken });
      return { items: page.turns, next: page.nextPageToken };
    });
    turns.push(...own);
  }
  return turns;
}

async function all<T>(read: (pageToken: string) => Promise<{ items: readonly T[]; next: string }>): Promise<T[]> {
  const items: T[] = [];
  for (let token = ''; ; ) {
    const page = await read(token);
    items.push(...page.items);
    if (page.next === '') return items;
    token = page.next;
  }
}
