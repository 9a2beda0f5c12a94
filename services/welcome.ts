/** What is known when everything has started. */
export interface Welcome {
  /** The public edge, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly adminAddress: string;
  /** Where the first API key lies. */
  readonly keyFile: string;
  /** Whether a bot token was given. */
  readonly telegram: boolean;
  /** The model's name; undefined when answers are extracted from the material without one. */
  readonly model: string | undefined;
  readonly seconds: number;
  readonly colours: boolean;
}

/** The screen of a fresh start: where to ask, and what to do next. */
export function welcomeScreen(welcome: Welcome): string {
  const bold = paint(welcome.colours, '1');
  const dim = paint(welcome.colours, '2');
  const green = paint(welcome.colours, '32');
  const row = (label: string, value: string, note = '') =>
    `  ${dim(label.padEnd(10))}${value}${note && `  ${dim(note)}`}\n`;
  const next = [
    ...(welcome.telegram ? [] : [['Telegram', 'OTVET_TELEGRAM_TOKEN=... npm start', 'the token is from @BotFather']]),
    ...(welcome.model
      ? []
      : [['a model', 'OPENAI_API_KEY=... npm start', 'OPENAI_BASE_URL and OPENAI_MODEL for any other']]),
    ['teach it', 'npx otvet import FILE...', 'CSV, JSONL, Markdown, text, folders'],
  ] as const;
  return [
    `\n  ${bold('Otvet')} ${green('is ready')} ${dim(`in ${welcome.seconds.toFixed(1)} s`)}\n\n`,
    row('chat', bold(welcome.url)),
    row('ask', 'npx otvet ask "How much is a day pass?"'),
    row('API', welcome.url, 'Connect, gRPC and gRPC-Web; see docs/api.md'),
    row('API key', welcome.keyFile),
    row('health', `http://${welcome.adminAddress}/readyz`, 'metrics at /metrics'),
    row('Telegram', welcome.telegram ? 'asked for updates; trouble is told below' : 'not connected'),
    row('model', welcome.model ?? 'none: the best sentences of the material are quoted'),
    `\n  ${dim('Next')}\n`,
    ...next.map(([label, command, note]) => row(label ?? '', command ?? '', note)),
    `\n  ${dim('Ctrl-C stops it.')}\n\n`,
  ].join('');
}

function paint(colours: boolean, code: string): (text: string) => string {
  return (text) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
}
