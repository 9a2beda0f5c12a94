/** An answer of the Bot API. */
export interface ApiAnswer {
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error_code?: number;
  readonly description?: string;
  readonly parameters?: { readonly retry_after?: number };
}

/** Calls a method as a bare client would, with JSON. Rejects when the connection is cut. */
export async function callApi(
  { url, token }: { readonly url: string; readonly token: string },
  method: string,
  parameters: object = {},
  signal?: AbortSignal,
): Promise<ApiAnswer> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(parameters);
  const response = await fetch(`${url}/bot${token}/${method}`, {
    method: 'POST',
    headers,
    body,
    signal: signal ?? null,
  });
  return (await response.json()) as ApiAnswer;
}
