import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

/** Hints of all owners: `otvet.events.SOURCE.MESSAGE`. */
export const EVENTS = 'OTVET_EVENTS';
/** Events that a consumer could not apply: `otvet.dead.CONSUMER`. */
export const DEAD_LETTERS = 'OTVET_DEAD_LETTERS';

type Declaration = Partial<StreamConfig> & Pick<StreamConfig, 'name'>;

const STREAMS: readonly Declaration[] = [
  {
    name: EVENTS,
    description: 'Otvet: hints of what changed. The truth is the feed of each owner.',
    subjects: ['otvet.events.>'],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(24 * HOUR_MS),
    max_bytes: 64 * MIB,
    // Relays of several replicas may publish the same event, and so does one that heard no acknowledgement.
    duplicate_window: nanos(2 * 60_000),
  },
  {
    name: DEAD_LETTERS,
    description: 'Otvet: events that could not be applied. Read and replayed with: npx otvet dead-letters',
    subjects: ['otvet.dead.>'],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(30 * 24 * HOUR_MS),
    max_bytes: 64 * MIB,
    // Replicas of a consumer give up the same event at about the same time.
    duplicate_window: nanos(HOUR_MS),
  },
];

/**
 * Makes the streams, or brings them to what is declared; what is not declared, such as replicas and placement, stays the operator's.
 * Harmless to repeat. Rejects with `JetStreamApiError` where the server refuses.
 */
export async function declareStreams(manager: JetStreamManager): Promise<void> {
  for (const declared of STREAMS) {
    const config = await configOf(manager, declared.name);
    if (config === undefined) await manager.streams.add(declared);
    else if (differs(config, declared)) await manager.streams.update(declared.name, { ...config, ...declared });
  }
}

async function configOf(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
}

function differs(config: StreamConfig, declared: Declaration): boolean {
  return Object.entries(declared).some(
    ([field, value]) => JSON.stringify(config[field as keyof StreamConfig]) !== JSON.stringify(value),
  );
}
