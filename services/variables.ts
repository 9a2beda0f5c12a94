import type { Variables } from '#lib/config/variables.ts';
import { processVariables } from '#lib/service/process.ts';
import { conversationVariables } from './conversation/config.ts';
import { gatewayVariables } from './gateway/config.ts';
import { llmVariables } from './llm/config.ts';
import { telegramAdapterVariables } from './telegram-adapter/config.ts';
import { trainingVariables } from './training/config.ts';

/** Every variable that Otvet reads, by who reads it. */
export const allVariables = {
  'every process': processVariables,
  'telegram-adapter': telegramAdapterVariables,
  conversation: conversationVariables,
  llm: llmVariables,
  training: trainingVariables,
  gateway: gatewayVariables,
} satisfies Record<string, Variables>;
