// Reading what a client posted: JSON, a form, or a multipart form with files.

/** An uploaded file. */
export interface UploadedFile {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
}

/** Parameters by name: any JSON value, or an uploaded file. */
export type Parameters = Record<string, unknown>;

/** True for what {@link readBody} made of an uploaded file. */
export function isFile(value: unknown): value is UploadedFile {
  return typeof value === 'object' && value !== null && 'content' in value && Buffer.isBuffer(value.content);
}

/** Parameters of a request; undefined when the body cannot be read as its content type. */
export function readBody(contentType: string, body: Buffer): Parameters | undefined {
  if (body.length === 0) return {};
  if (contentType.startsWith('application/x-www-form-urlencoded')) return readForm(body.toString('utf8'));
  if (contentType.startsWith('application/json')) return readJson(body.toString('utf8'));
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/i.exec(contentType)?.[1];
  return boundary === undefined ? undefined : readMultipart(body, boundary);
}

/** Parameters in a query string or an urlencoded body. */
export function readForm(text: string): Parameters {
  return Object.fromEntries(new URLSearchParams(text));
}

function readJson(text: string): Parameters | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function readMultipart(body: Buffer, boundary: string): Parameters | undefined {
  const parameters: Parameters = {};
  const delimiter = Buffer.from(`--${boundary}`);
  let at = body.indexOf(delimiter);
  while (at !== -1) {
    const start = at + delimiter.length + 2;
    const next = body.indexOf(delimiter, start);
    if (next === -1) break;
    const headersEnd = body.indexOf('\r\n\r\n', start);
    if (headersEnd === -1 || headersEnd > next) return undefined;
    readPart(body.toString('utf8', start, headersEnd), body.subarray(headersEnd + 4, next - 2), parameters);
    at = next;
  }
  return parameters;
}

function readPart(headers: string, content: Buffer, into: Parameters): void {
  const name = /name="([^"]*)"/i.exec(headers)?.[1];
  if (name === undefined) return;
  const filename = /filename="([^"]*)"/i.exec(headers)?.[1];
  const type = /content-type:\s*([^\r\n]+)/i.exec(headers)?.[1] ?? 'application/octet-stream';
  into[name] = filename === undefined ? content.toString('utf8') : { name: filename, type, content };
}
