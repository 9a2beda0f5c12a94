import { randomUUID } from 'node:crypto';
import { type MongoClient, MongoServerError } from 'mongodb';
import { mongodbUrl } from '#lib/config/shared.ts';
import type { Variables } from '#lib/config/variables.ts';
import { type Connected, reachMongo } from '#lib/documents/mongo/client.ts';
import { parseMongoUrl } from '#lib/documents/mongo/url.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { allVariables } from '../../../services/variables.ts';
import { broken, CHECK_LIMIT_MS, type Check, type Finding, ok, type Patient, warning } from './check.ts';

const SUBJECT = 'MongoDB';
const LIMIT_MS = CHECK_LIMIT_MS - 1_500;
/** What Otvet is made for. */
const LEAST_VERSION = 7;
const FORBIDDEN = 13;
/** Where writing is tried. No collection of a service has an underscore in its name. */
const PROBE = 'otvet_doctor';

/** Whether the database answers, keeps what it acknowledges, and lets each service write. Nothing to look at without OTVET_MONGODB_URL. */
export const mongoDb: Check = {
  subject: SUBJECT,
  look: async (patient) => {
    const { mongodbUrl: url } = patient.read({ mongodbUrl });
    if (url === undefined) return [ok(SUBJECT, 'none is set: files of the data folder keep the data')];
    try {
      const { prefix } = parseMongoUrl(url);
      return await reachMongo({ url: impatient(url), service: 'doctor' }, async (connected) => {
        await using _closing = { [Symbol.asyncDispose]: () => connected.client.close() };
        return [...(await server(connected, patient)), ...(await writing(connected, prefix))];
      });
    } catch (error) {
      if (error instanceof TypeError) return [broken(SUBJECT, `OTVET_MONGODB_URL ${error.message}`)];
      if (error instanceof StoreUnavailable)
        return [
          broken(SUBJECT, `${error.message.replace(/^MongoDB at /, '')}. Check OTVET_MONGODB_URL, and whether it runs`),
        ];
      throw error;
    }
  },
};

/** The same address with the patience of a check, unless it says itself how long to wait. */
function impatient(url: string): string {
  const limits = ['serverSelectionTimeoutMS', 'connectTimeoutMS', 'socketTimeoutMS']
    .filter((name) => !url.toLowerCase().includes(name.toLowerCase()))
    .map((name) => `${name}=${LIMIT_MS}`);
  return `${url}${url.includes('?') ? '&' : '?'}${limits.join('&')}`;
}

interface Hello {
  readonly setName?: unknown;
  readonly msg?: unknown;
  readonly localTime?: unknown;
}

async function server({ client, hosts }: Connected, patient: Patient): Promise<Finding[]> {
  const admin = client.db('admin');
  const hello = (await admin.command({ hello: 1 })) as Hello;
  if (hello.localTime instanceof Date) {
    patient.sighted({ whose: 'MongoDB', aheadMs: hello.localTime.getTime() - patient.now() });
  }
  if (hello.setName === undefined && hello.msg !== 'isdbgrid') {
    const says = `${hosts} is a single server: what it acknowledges may be lost with it. Make it a replica set, of one member at least`;
    return [broken(SUBJECT, says)];
  }
  const { version } = (await admin.command({ buildInfo: 1 })) as { version?: unknown };
  const shown = typeof version === 'string' ? version : 'unknown';
  if (Number.parseInt(shown, 10) < LEAST_VERSION) {
    return [
      warning(
        SUBJECT,
        `${hosts} answers; its version ${shown} is older than ${LEAST_VERSION}, for which Otvet is made`,
      ),
    ];
  }
  return [ok(SUBJECT, `${hosts} answers (version ${shown}), a replica set with a primary`)];
}

/** One service's user may be allowed in that service's database alone. */
async function writing({ client, hosts }: Connected, prefix: string): Promise<Finding[]> {
  const services = Object.entries<Variables>(allVariables)
    .filter(([, variables]) => 'mongodbUrl' in variables)
    .map(([service]) => service);
  const states = await Promise.all(services.map((service) => tryWriting(client, `${prefix}_${service}`)));
  const forbidden = services.filter((_, i) => states[i] === 'forbidden').map((service) => `${prefix}_${service}`);
  if (forbidden.length === services.length) {
    return [
      broken(
        SUBJECT,
        `${hosts} lets this user write in none of ${forbidden.join(', ')}: it needs the role readWrite there`,
      ),
    ];
  }
  if (forbidden.length > 0) {
    return [
      warning(
        SUBJECT,
        `this user may not write in ${forbidden.join(', ')}: right for a process of one service, wrong for all in one`,
      ),
    ];
  }
  return [ok(SUBJECT, 'a majority of its servers confirms writes, in the database of each service')];
}

async function tryWriting(client: MongoClient, database: string): Promise<'written' | 'forbidden'> {
  const probes = client.db(database).collection<{ _id: string }>(PROBE);
  try {
    const _id = randomUUID();
    await probes.insertOne({ _id });
    await probes.deleteOne({ _id });
    if ((await probes.countDocuments({}, { limit: 1 })) === 0) await probes.drop();
    return 'written';
  } catch (error) {
    if (error instanceof MongoServerError && error.code === FORBIDDEN) return 'forbidden';
    throw error;
  }
}
