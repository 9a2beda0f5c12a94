/** Builds Telegram's HTML and, in step with it, the text that a person will see. */
export class Output {
  #html = '';
  #plain = '';
  /** Put at the start of each line that is begun, such as the indentation of a list's item. */
  indent = '';

  get html(): string {
    return this.#html;
  }

  /** The visible text; Telegram counts its length in UTF-16 units, as JavaScript does. */
  get plain(): string {
    return this.#plain;
  }

  /** Visible text, escaped, its lines indented. */
  text(value: string): void {
    const lines = this.indent === '' ? value : value.replaceAll('\n', `\n${this.indent}`);
    this.#html += escapeHtml(lines);
    this.#plain += lines;
  }

  /** Visible text, escaped, its lines as they are. */
  verbatim(value: string): void {
    this.#html += escapeHtml(value);
    this.#plain += value;
  }

  /** Text that opens an address. */
  link(url: string, value: string): void {
    this.tag(`<a href="${escapeAttribute(url)}">`);
    this.text(value);
    this.tag('</a>');
  }

  /** Markup, which nobody sees. */
  tag(html: string): void {
    this.#html += html;
  }
}

/** Escapes what means something in Telegram's HTML. */
export function escapeHtml(text: string): string {
  return /[&<>]/.test(text) ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') : text;
}

/** The same inside double quotes. */
export function escapeAttribute(text: string): string {
  return escapeHtml(text).replaceAll('"', '&quot;');
}
