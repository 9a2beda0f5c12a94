/** Resource names of this service: taken apart and put together. Their form is checked by the contract before they come here. */

export interface SessionName {
  /** The assistant's id. */
  readonly assistant: string;
  /** The last part: `{realm}.{session id}`. */
  readonly session: string;
}

export interface TurnName extends SessionName {
  readonly turn: string;
}

export function assistantName(assistant: string): string {
  return `assistants/${assistant}`;
}

export function sessionName(name: SessionName): string {
  return `assistants/${name.assistant}/sessions/${name.session}`;
}

export function turnName(name: TurnName): string {
  return `${sessionName(name)}/turns/${name.turn}`;
}

/** The id in `assistants/{assistant}`, also of longer names that begin so. */
export function assistantOf(name: string): string {
  return name.split('/')[1] ?? '';
}

export function parseSessionName(name: string): SessionName {
  const [, assistant = '', , session = ''] = name.split('/');
  return { assistant, session };
}

export function parseTurnName(name: string): TurnName {
  return { ...parseSessionName(name), turn: name.split('/')[5] ?? '' };
}

/** Whose session it is: the part before the first dot. Realms have no dots. */
export function realmOf(session: string): string {
  return session.slice(0, session.indexOf('.'));
}

/** The key of a session's document. */
export function sessionKey(name: SessionName): string {
  return `${name.assistant}/${name.session}`;
}

/** The key of a turn's document. */
export function turnKey(name: TurnName): string {
  return `${sessionKey(name)}/${name.turn}`;
}

/** The name that a turn's key stands for. */
export function turnNameOfKey(key: string): TurnName {
  const [assistant = '', session = '', turn = ''] = key.split('/');
  return { assistant, session, turn };
}
