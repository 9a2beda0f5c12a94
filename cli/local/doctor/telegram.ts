import { telegramAdapterVariables } from '../../../services/telegram-adapter/config.ts';
import { ask } from './asking.ts';
import { broken, type Check, type Finding, ok, type Patient, warning } from './check.ts';

const SUBJECT = 'Telegram';
/** More waiting updates than people write while a bot is started anew. */
const MANY = 100;
/** An error of the webhook that is older says nothing of now, in milliseconds. */
const RECENT_MS = 3_600_000;

interface WebhookInfo {
  readonly url?: string;
  readonly pending_update_count?: number;
  readonly last_error_date?: number;
  readonly last_error_message?: string;
}

/** Whether Telegram takes the token, and how updates come to the bot. */
export const telegram: Check = {
  subject: SUBJECT,
  look: async (patient, signal) => {
    const { token, apiUrl, webhookUrl } = patient.read(telegramAdapterVariables);
    if (token === undefined) return [ok(SUBJECT, 'no OTVET_TELEGRAM_TOKEN is set; bots that were added: otvet bots')];
    const { host } = new URL(apiUrl);
    const call = async (method: string): Promise<Result> => {
      const answer = await ask(`${apiUrl}/bot${token}/${method}`, { signal, whose: host, patient });
      if (typeof answer === 'string') return { status: answer };
      return { status: answer.status, result: (answer.body as { result?: object } | undefined)?.result };
    };
    const me = await call('getMe');
    if (me.result === undefined) return [refusal(host, me.status)];
    const username = String((me.result as { username?: unknown }).username ?? '');
    const { result } = await call('getWebhookInfo');
    const found = result === undefined ? [] : webhook(result as WebhookInfo, webhookUrl, patient);
    return [ok(SUBJECT, `takes the token: @${username.slice(0, 64)}`), ...found];
  },
};

interface Result {
  readonly status: number | string;
  readonly result?: object | undefined;
}

function refusal(host: string, status: number | string): Finding {
  if (status === 401 || status === 404) {
    return broken(
      SUBJECT,
      `refuses the token (${status}). Check OTVET_TELEGRAM_TOKEN; /revoke at @BotFather makes old ones useless`,
    );
  }
  if (status === 429) return warning(SUBJECT, 'wants fewer calls for a while (429). Look again in a minute');
  if (typeof status === 'string')
    return broken(SUBJECT, `${host} cannot be reached (${status}). Check the network, or OTVET_TELEGRAM_API_URL`);
  return broken(SUBJECT, `${host} answers with ${status}. See whether it is the Bot API: OTVET_TELEGRAM_API_URL`);
}

function webhook(info: WebhookInfo, wanted: string | undefined, patient: Patient): Finding[] {
  const found: Finding[] = [];
  const pending = info.pending_update_count ?? 0;
  const isThere = (info.url ?? '') !== '';
  if (pending > MANY)
    found.push(warning(SUBJECT, `${pending} updates wait to be fetched: Otvet does not run, or does not keep up`));
  if (wanted === undefined && isThere) {
    found.push(
      warning(SUBJECT, 'has a webhook set for this bot, and OTVET_TELEGRAM_WEBHOOK_URL is not set: a start removes it'),
    );
  } else if (wanted !== undefined && info.url !== wanted) {
    found.push(warning(SUBJECT, 'does not have the webhook of OTVET_TELEGRAM_WEBHOOK_URL: a start sets it'));
  }
  const errorAt = (info.last_error_date ?? 0) * 1000;
  if (isThere && patient.now() - errorAt < RECENT_MS) {
    const message = String(info.last_error_message ?? '')
      .replace(/[^\x20-\x7e]/g, ' ')
      .slice(0, 120);
    found.push(
      broken(
        SUBJECT,
        `could not deliver to the webhook (${message}). See that its address leads to OTVET_TELEGRAM_WEBHOOK_ADDRESS`,
      ),
    );
  }
  return found;
}
