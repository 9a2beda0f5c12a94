import { dataDir, listenAddress, mongodbUrl, natsUrl, trainingAddress } from '#lib/config/shared.ts';
import { type ConfigOf, duration, text } from '#lib/config/variables.ts';

/** What the training service reads from the environment. */
export const trainingVariables = {
  dataDir,
  mongodbUrl,
  natsUrl,
  listenAddress,
  address: trainingAddress,
  examplesDir: text('OTVET_EXAMPLES_DIR', {
    doc: 'The folder of example organisations that an empty store is filled with at start; `none` leaves it empty. Unset: the folder examples/ of the installation.',
  }),
  joinLimitMs: duration('OTVET_IMPORT_JOIN_LIMIT', {
    doc: 'How long an import that was read waits at most for others that are still being read, so that one training run serves them all.',
    fallback: '30s',
  }),
} as const;

export type TrainingConfig = ConfigOf<typeof trainingVariables>;
