import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { LoggableError } from '#lib/telemetry/error.ts';

/** What is kept secret in a store: sealed with AES-256-GCM, bound to what it is about, and to the key by the key's id. */

/** Bytes of a key. */
export const KEY_BYTES = 32;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = /^v1\.([0-9a-f]{16})\.([A-Za-z0-9_-]+)$/;

/** What was sealed cannot be opened. The message is for operators and holds neither the secret nor a key. */
export class SealBroken extends LoggableError {
  override readonly name = 'SealBroken';
}

/** Seals with the first of its keys, and opens what any of them sealed. */
export class Sealer {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #newest: string;

  /** Keys of 32 bytes, at least one, the newest first. Throws `TypeError` for others. */
  constructor(keys: readonly Buffer[]) {
    if (keys.length === 0 || keys.some((key) => key.length !== KEY_BYTES)) throw new TypeError('keys have 32 bytes');
    this.#keys = new Map(keys.map((key) => [idOf(key), key]));
    this.#newest = idOf(keys[0] as Buffer);
  }

  /** Seals a secret. `about` names what it belongs to: only with the same name it opens again. */
  seal(secret: string, about: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#keys.get(this.#newest) as Buffer, nonce);
    cipher.setAAD(Buffer.from(about));
    const sealed = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v1.${this.#newest}.${sealed.toString('base64url')}`;
  }

  /** Opens what was sealed about the same. Throws `SealBroken`. */
  open(sealed: string, about: string): string {
    const [, id = '', body = ''] = FORM.exec(sealed) ?? [];
    const bytes = Buffer.from(body, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealBroken('this is nothing that was sealed');
    const key = this.#keys.get(id);
    if (key === undefined) throw new SealBroken(`the key ${id}, which sealed it, is not among the keys given`);
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(about));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const opened = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([opened, decipher.final()]).toString('utf8');
    } catch {
      throw new SealBroken('what was sealed was changed, or belongs to something else');
    }
  }

  /** Whether the newest key sealed it: what an older one sealed is to be sealed anew before that key goes. */
  isNewest(sealed: string): boolean {
    return sealed.startsWith(`v1.${this.#newest}.`);
  }
}

/** A name of a key that tells nothing of it. */
function idOf(key: Buffer): string {
  return createHash('sha256').update('otvet sealing key\0').update(key).digest('hex').slice(0, 16);
}
