import {
  conversationAddress,
  dataDir,
  listenAddress,
  llmAddress,
  mongodbUrl,
  natsUrl,
  trainingAddress,
} from '#lib/config/shared.ts';
import { bytes, type ConfigOf, duration, integer } from '#lib/config/variables.ts';

/** What the conversation service reads from the environment. */
export const conversationVariables = {
  dataDir,
  mongodbUrl,
  natsUrl,
  listenAddress,
  address: conversationAddress,
  llmAddress,
  trainingAddress,
  indexMemory: bytes('OTVET_INDEX_MEMORY', {
    doc: 'How much memory the indexes of loaded releases may take; the least recently asked assistant goes first.',
    fallback: '512MiB',
  }),
  contextTokens: integer('OTVET_CONTEXT_TOKENS', 500, 200_000, {
    doc: 'How many tokens of instructions, passages and earlier turns a prompt may have.',
    fallback: '6000',
  }),
  turnTimeout: duration('OTVET_TURN_TIMEOUT', {
    doc: 'How long one turn may take to be answered before it fails.',
    fallback: '150s',
  }),
  sessionQueue: integer('OTVET_SESSION_QUEUE', 1, 100, {
    doc: 'How many questions may wait or run in one session; more are refused.',
    fallback: '20',
  }),
  handoffWait: duration('OTVET_HANDOFF_WAIT', {
    doc: 'How long a session waits for a person to take it over before it goes back to the bot.',
    fallback: '30m',
  }),
  handoffSilence: duration('OTVET_HANDOFF_SILENCE', {
    doc: 'After how long without a message a session that a person has goes back to the bot.',
    fallback: '2h',
  }),
};

export type ConversationConfig = ConfigOf<typeof conversationVariables>;
