import { jetstreamManager } from '@nats-io/jetstream';
import { AuthorizationError, type ConnectionOptions, connect, type NatsConnection } from '@nats-io/transport-node';
import { natsUrl } from '#lib/config/shared.ts';
import { connectionOptions } from '#lib/events/nats/url.ts';
import { broken, CHECK_LIMIT_MS, type Check, type Finding, ok, warning, wordsOf } from './check.ts';

const SUBJECT = 'NATS';
const LIMIT_MS = CHECK_LIMIT_MS - 1_000;

/** Whether NATS answers, takes the password, and has JetStream. Without OTVET_NATS_URL there is nothing to look at. */
export const nats: Check = {
  subject: SUBJECT,
  look: async (patient) => {
    const { natsUrl: url } = patient.read({ natsUrl });
    if (url === undefined) return [ok(SUBJECT, 'none is set: services follow each other by themselves')];
    let options: ConnectionOptions;
    try {
      options = connectionOptions(url, 'otvet doctor');
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return [
        broken(SUBJECT, 'OTVET_NATS_URL cannot be read: nats://user:password@host:4222, with %40 for @ in a password'),
      ];
    }
    const hosts = [options.servers].flat().join(', ');
    let connection: NatsConnection;
    try {
      connection = await connect({ ...options, timeout: LIMIT_MS, reconnect: false });
    } catch (error) {
      return [refusal(hosts, error)];
    }
    try {
      return [await jetStream(hosts, connection)];
    } finally {
      await connection.close();
    }
  },
};

function refusal(hosts: string, error: unknown): Finding {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AuthorizationError) {
      return broken(SUBJECT, `${hosts} refuses the user name or the password. Check OTVET_NATS_URL`);
    }
  }
  return broken(
    SUBJECT,
    `${hosts} cannot be reached (${wordsOf(error)}). Start it, or check OTVET_NATS_URL; until then news between services take up to 30 s`,
  );
}

async function jetStream(hosts: string, connection: NatsConnection): Promise<Finding> {
  const version = connection.info?.version ?? 'of unknown version';
  try {
    const manager = await jetstreamManager(connection, { timeout: LIMIT_MS / 2 });
    const { streams } = await manager.getAccountInfo();
    return ok(SUBJECT, `${hosts} answers (${version}), JetStream is on, ${streams} streams`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return warning(
      SUBJECT,
      `${hosts} answers (${version}), but JetStream is off or not allowed to this user: start NATS with -js (${error.name})`,
    );
  }
}
