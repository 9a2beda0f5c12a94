/** How an endpoint wants to be asked: those of this family agree on less than they say. */
export interface Dialect {
  /** Under which name it takes the limit of tokens. */
  readonly limit: 'max_completion_tokens' | 'max_tokens' | 'none';
  readonly temperature: boolean;
  readonly reasoningEffort: boolean;
  /** Whether it is asked to report usage at the end of a stream. */
  readonly usage: boolean;
}

/** OpenAI itself has renamed the limit; most others still take the old name. */
export function firstDialect(openai: boolean): Dialect {
  return {
    limit: openai ? 'max_completion_tokens' : 'max_tokens',
    temperature: true,
    reasoningEffort: true,
    usage: true,
  };
}

/** The dialect without the parameter that the endpoint refused; undefined where the refusal is about something else. */
export function without(dialect: Dialect, parameter: string | undefined): Dialect | undefined {
  if (parameter === undefined) return undefined;
  if (parameter === 'temperature' && dialect.temperature) return { ...dialect, temperature: false };
  if (parameter === 'reasoning_effort' && dialect.reasoningEffort) return { ...dialect, reasoningEffort: false };
  if (parameter.startsWith('stream_options') && dialect.usage) return { ...dialect, usage: false };
  if (parameter !== dialect.limit) return undefined;
  return { ...dialect, limit: dialect.limit === 'max_tokens' ? 'max_completion_tokens' : 'none' };
}
