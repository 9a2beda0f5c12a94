import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { headerOf, type Request, type Response, send, sendText } from '../edge/answers.ts';

/** A file of the page, held in memory. */
interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}

const FILES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'style.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'main.js': 'text/javascript; charset=utf-8',
  'calls.js': 'text/javascript; charset=utf-8',
  'conversation.js': 'text/javascript; charset=utf-8',
  'markdown.js': 'text/javascript; charset=utf-8',
  'render.js': 'text/javascript; charset=utf-8',
  'texts.js': 'text/javascript; charset=utf-8',
  'turn.js': 'text/javascript; charset=utf-8',
};

/**
 * The page may load its own files and call its own server, and nothing else. Trusted types keep strings from ever
 * becoming markup or script.
 */
const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

/** The chat page: `/`, `/chat/{assistant}` and its files below `/assets/`. */
export class Page {
  private readonly files: ReadonlyMap<string, PageFile>;

  private constructor(files: ReadonlyMap<string, PageFile>) {
    this.files = files;
  }

  /** Reads the files. Rejects when one is missing. */
  static async load(folder = join(import.meta.dirname, '..', 'page')): Promise<Page> {
    const files = Object.entries(FILES).map(async ([name, type]): Promise<[string, PageFile]> => {
      const body = await readFile(join(folder, name));
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
      return [name, { type, body, etag }];
    });
    return new Page(new Map(await Promise.all(files)));
  }

  /** Answers a request for a path of the page; false where the page has no such path. */
  answer(request: Request, response: Response, path: string): boolean {
    const file = this.files.get(fileName(path));
    if (file === undefined) return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      sendText(response, 405, 'Only GET and HEAD are taken here.');
      return true;
    }
    const headers = { ...PAGE_HEADERS, 'content-type': file.type, etag: file.etag, 'cache-control': 'no-cache' };
    const unchanged = headerOf(request, 'if-none-match') === file.etag;
    send(response, unchanged ? 304 : 200, headers, unchanged || request.method === 'HEAD' ? '' : file.body);
    return true;
  }
}

function fileName(path: string): string {
  if (path === '/' || /^\/chat\/[a-z][a-z0-9-]{0,38}\/?$/.test(path)) return 'index.html';
  if (path === '/favicon.ico') return 'icon.svg';
  const name = /^\/assets\/([a-z.]+)$/.exec(path)?.[1] ?? '';
  return name === 'index.html' ? '' : name;
}
