import { EXIT, type ExitCode } from '../exit.ts';
import { styled, type Terminal } from '../terminal.ts';
import { certificates } from './doctor/certificates.ts';
import { CHECK_LIMIT_MS, type Check, examine, type Finding, patientOf } from './doctor/check.ts';
import { clockFinding } from './doctor/clock.ts';
import { configuration } from './doctor/configuration.ts';
import { dataFolder } from './doctor/data-folder.ts';
import { embeddedStores } from './doctor/embedded-stores.ts';
import { mongoDb } from './doctor/mongodb.ts';
import { nats } from './doctor/nats.ts';
import { ports } from './doctor/ports.ts';
import { provider } from './doctor/provider.ts';
import { findRunning, running } from './doctor/running.ts';
import { telegram } from './doctor/telegram.ts';
import { type Local, serverEnv } from './surroundings.ts';

export interface DoctorFlags {
  readonly json?: boolean;
}

/** In the order in which they are told; they are made at once. */
const CHECKS: readonly Check[] = [
  configuration,
  dataFolder,
  certificates,
  embeddedStores,
  mongoDb,
  nats,
  provider,
  telegram,
  ports,
  running,
];

/** `otvet doctor`: looks at everything that Otvet stands on, and says in plain words what is wrong. */
export async function doctorCommand(local: Local, flags: DoctorFlags, limitMs = CHECK_LIMIT_MS): Promise<ExitCode> {
  const { terminal } = local;
  const env = serverEnv(local);
  const patient = patientOf(env, Date.now, await findRunning(env));
  const found = (await Promise.all(CHECKS.map((check) => examine(check, patient, limitMs)))).flat();
  const findings = [...found, clockFinding(patient.sightings)];
  const broken = findings.filter(({ state }) => state === 'broken').length;
  const warnings = findings.filter(({ state }) => state === 'warning').length;
  if (flags.json) terminal.out.write(`${JSON.stringify({ findings, broken, warnings })}\n`);
  else {
    for (const finding of findings) terminal.out.write(lineOf(terminal, finding));
    terminal.out.write(`${summary(broken, warnings)}\n`);
  }
  return broken > 0 ? EXIT.failed : EXIT.ok;
}

const COLOURS = { ok: 'green', warning: 'yellow', broken: 'red' } as const;

function lineOf({ out }: Terminal, { state, subject, says }: Finding): string {
  return `${styled(out, COLOURS[state], state.padEnd(8))}${subject}: ${says}\n`;
}

function summary(broken: number, warnings: number): string {
  if (broken + warnings === 0) return 'Nothing is wrong.';
  const counts = [`${broken} broken`, ...(warnings > 0 ? [`${warnings} to look at`] : [])];
  return `${counts.join(', ')}.`;
}
