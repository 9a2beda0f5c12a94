import { type ConfigOf, checkConfig, readConfig, type Variables } from '#lib/config/variables.ts';
import type { Host, RunningService } from '#lib/service/host.ts';
import { conversationVariables } from './conversation/config.ts';
import { startConversation } from './conversation/service.ts';
import { gatewayVariables } from './gateway/config.ts';
import { type RunningGateway, startGateway } from './gateway/service.ts';
import { llmVariables } from './llm/config.ts';
import { startLlm } from './llm/service.ts';
import { telegramAdapterVariables } from './telegram-adapter/config.ts';
import { startTelegramAdapter } from './telegram-adapter/service.ts';
import { trainingVariables } from './training/config.ts';
import { startTraining } from './training/service.ts';
import { allVariables } from './variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** All five services, started. */
export interface Otvet {
  readonly services: readonly RunningService[];
  readonly gateway: RunningGateway;
  /** Stops the services, callers before those they call, all within the grace. */
  stop(graceMs: number): Promise<void>;
}

/** Any free port of this machine: within one process nobody else needs to know where a service listens. */
const ANYWHERE = '127.0.0.1:0';

const INSIDE: Environment = {
  OTVET_LISTEN_ADDRESS: undefined,
  OTVET_LLM_ADDRESS: ANYWHERE,
  OTVET_TRAINING_ADDRESS: ANYWHERE,
  OTVET_CONVERSATION_ADDRESS: ANYWHERE,
  OTVET_TELEGRAM_ADDRESS: ANYWHERE,
  OTVET_GATEWAY_ADDRESS: ANYWHERE,
};

/** Throws `ConfigError` with every fault of an environment, whichever part of the one process reads the variable. */
export function checkOneProcess(env: Environment): void {
  checkConfig(Object.values<Variables>(allVariables), { ...env, ...INSIDE });
}

/** Who is stopped together, callers before those they call, and the part of the grace that each step may take. */
const STOPPING: readonly (readonly [names: readonly string[], share: number])[] = [
  [['gateway', 'telegram-adapter'], 0.4],
  [['conversation'], 0.4],
  [['training', 'llm'], 0.2],
];

/**
 * Starts all five services in this process: each listens on a loopback port of its own and speaks mTLS with the others, as they do
 * when they are apart. Throws `ConfigError` with the faults of all services at once, and `StartError`.
 */
export async function startInOneProcess(env: Environment, host: Host): Promise<Otvet> {
  const inside = { ...env, ...INSIDE };
  checkOneProcess(env);
  const started: RunningService[] = [];
  const add = async <S extends RunningService>(starting: Promise<S>): Promise<S> => {
    const service = await starting;
    started.push(service);
    return service;
  };
  const stop = async (graceMs: number): Promise<void> => {
    for (const [names, share] of STOPPING) {
      const together = started.filter(({ name }) => names.includes(name));
      await Promise.all(together.map((service) => service.stop(graceMs * share)));
    }
  };
  try {
    const [llm, training] = await Promise.all([
      add(startLlm(read(llmVariables, inside), host)),
      add(startTraining(read(trainingVariables, inside), host)),
    ]);
    const knowing = { ...inside, OTVET_TRAINING_ADDRESS: training.address, OTVET_LLM_ADDRESS: llm.address };
    const conversation = await add(
      startConversation({ ...read(conversationVariables, knowing), address: ANYWHERE }, host),
    );
    const knowingAll = { ...knowing, OTVET_CONVERSATION_ADDRESS: conversation.address };
    const telegram = await add(startTelegramAdapter(read(telegramAdapterVariables, knowingAll), host));
    const gateway = await add(
      startGateway(read(gatewayVariables, { ...knowingAll, OTVET_TELEGRAM_ADDRESS: telegram.address }), host),
    );
    return { services: started, gateway, stop };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

function read<V extends Variables>(variables: V, env: Environment): ConfigOf<V> {
  return readConfig(variables, env);
}
