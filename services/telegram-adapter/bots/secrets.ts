import { SealBroken, type Sealer } from '#lib/sealing/sealer.ts';
import type { BotRecord } from './registry.ts';

/** The secrets of one bot. */
export interface BotSecrets {
  readonly token: string;
  readonly webhookSecret: string;
}

type Sealed = Pick<BotRecord, 'sealedToken' | 'sealedSecret'>;

/** Seals the secrets of a bot, each about this bot and no other. */
export function sealSecrets(sealer: Sealer, bot: string, { token, webhookSecret }: BotSecrets): Sealed {
  return {
    sealedToken: sealer.seal(token, aboutToken(bot)),
    sealedSecret: sealer.seal(webhookSecret, aboutSecret(bot)),
  };
}

/** Opens the secrets of a bot. Throws `SealBroken`; without a sealer too. */
export function openSecrets(sealer: Sealer | undefined, { key, sealedToken, sealedSecret }: BotRecord): BotSecrets {
  if (sealer === undefined) throw new SealBroken('there is no key to open it with');
  return {
    token: sealer.open(sealedToken, aboutToken(key)),
    webhookSecret: sealer.open(sealedSecret, aboutSecret(key)),
  };
}

function aboutToken(bot: string): string {
  return `bots/${bot}/token`;
}

function aboutSecret(bot: string): string {
  return `bots/${bot}/webhook-secret`;
}
