import { hasEndpoint, llmVariables } from '../../../services/llm/config.ts';
import { ask } from './asking.ts';
import { broken, type Check, type Finding, ok, warning } from './check.ts';

const SUBJECT = 'model';
const OPENAI = 'https://api.openai.com/v1';

/** Whether the endpoint answers, takes the key and has the model. Asks for the list of models, which costs nothing. */
export const provider: Check = {
  subject: SUBJECT,
  look: async (patient, signal) => {
    const config = patient.read(llmVariables);
    if (!hasEndpoint(config)) return [ok(SUBJECT, 'none is set: answers are the best sentences of the material')];
    const url = config.baseUrl ?? OPENAI;
    const host = new URL(url).host;
    const headers: Record<string, string> =
      config.apiKey === undefined ? {} : { authorization: `Bearer ${config.apiKey}` };
    const answer = await ask(`${url}/models`, { headers, signal, whose: host, patient });
    if (typeof answer === 'string') {
      return [broken(SUBJECT, `${host} cannot be reached (${answer}). Check OPENAI_BASE_URL and the network`)];
    }
    return [judge(host, config.model, answer.status, answer.body)];
  },
};

function judge(host: string, model: string, status: number, body: unknown): Finding {
  if (status === 401 || status === 403)
    return broken(SUBJECT, `${host} refuses the key (${status}). Check OPENAI_API_KEY`);
  if (status === 429) return warning(SUBJECT, `${host} wants fewer calls, or the account is empty (429)`);
  if (status === 404)
    return warning(SUBJECT, `${host} answers, but lists no models: whether it has ${model} shows the first question`);
  if (status !== 200)
    return broken(SUBJECT, `${host} answers with ${status}. See whether it is well, and check OPENAI_BASE_URL`);
  const ids = idsOf(body);
  if (ids === undefined)
    return warning(SUBJECT, `${host} answers, but not as an OpenAI-compatible endpoint. Check OPENAI_BASE_URL`);
  if (ids.includes(model)) return ok(SUBJECT, `${host} answers, takes the key and has ${model}`);
  const others = ids.slice(0, 5).map((id) => id.slice(0, 60));
  const has = others.length === 0 ? 'no model' : `${others.join(', ')}${ids.length > 5 ? ', ...' : ''}`;
  return broken(SUBJECT, `${host} does not list ${model}; it has ${has}. Set OPENAI_MODEL`);
}

function idsOf(body: unknown): readonly string[] | undefined {
  const data = (body as { data?: unknown } | null | undefined)?.data;
  if (!Array.isArray(data)) return undefined;
  return data.map((one: { id?: unknown }) => String(one?.id ?? ''));
}
