/**
 * Takes the `data` of a stream of server-sent events out of it, as text arrives. One field line is one event: endpoints
 * of this family send each event's JSON on one line, so lines are not held back for the blank line that follows.
 */
export class EventLines {
  #rest = '';

  /** The data of the lines that are whole now. */
  push(text: string): string[] {
    const all = this.#rest === '' ? text : this.#rest + text;
    const data: string[] = [];
    let start = 0;
    for (let end = all.indexOf('\n', start); end !== -1; end = all.indexOf('\n', start)) {
      take(all, start, end, data);
      start = end + 1;
    }
    this.#rest = start === 0 ? all : all.slice(start);
    return data;
  }

  /** The data of a last line without a line end. */
  end(): string[] {
    const data: string[] = [];
    take(this.#rest, 0, this.#rest.length, data);
    this.#rest = '';
    return data;
  }
}

function take(all: string, start: number, end: number, data: string[]): void {
  if (!all.startsWith('data:', start)) return;
  const from = all[start + 5] === ' ' ? start + 6 : start + 5;
  const to = all[end - 1] === '\r' ? end - 1 : end;
  if (to > from) data.push(all.slice(from, to));
}
