// What a provider holds against pictures in a request.
import { imagesNotSupported, invalidImage } from './errors.ts';
import type { ChatMessage, ProviderError } from './script.ts';

const STARTS: Readonly<Record<string, string>> = {
  'image/jpeg': 'ffd8ff',
  'image/png': '89504e470d0a1a0a',
  'image/webp': '52494646',
  'image/gif': '47494638',
};

/** The refusal of the first picture that is none, or that the model cannot see; pictures ride in the person's messages only. */
export function imageFault(messages: readonly ChatMessage[], seesImages: boolean): ProviderError | undefined {
  for (const [number, { role, content }] of messages.entries()) {
    if (!Array.isArray(content)) continue;
    for (const [place, part] of content.entries()) {
      if (part.type === 'text' && typeof part.text === 'string') continue;
      const param = `messages.[${number}].content.[${place}].${part.type === 'image_url' ? 'image_url' : 'type'}`;
      if (part.type !== 'image_url' || role !== 'user' || !seesImages) return imagesNotSupported(param);
      if (!isPicture(part.image_url?.url)) return invalidImage(param);
    }
  }
  return undefined;
}

/** An address, or a data URL whose bytes begin as its type says. */
function isPicture(url: string | undefined): boolean {
  if (url === undefined) return false;
  if (/^https?:\/\//.test(url)) return true;
  const [, mimeType = '', data = ''] = /^data:(image\/[a-z]+);base64,([A-Za-z0-9+/]+=*)$/.exec(url) ?? [];
  const start = STARTS[mimeType];
  return start !== undefined && Buffer.from(data.slice(0, 24), 'base64').toString('hex').startsWith(start);
}
