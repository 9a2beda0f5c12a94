import { createServer } from 'node:net';
import { adminAddress } from '#lib/config/shared.ts';
import { gatewayVariables } from '../../../services/gateway/config.ts';
import { telegramAdapterVariables } from '../../../services/telegram-adapter/config.ts';
import { broken, type Check, type Finding, ok, type Patient, wordsOf } from './check.ts';

/** Whether the ports that Otvet opens are free, or its own. */
export const ports: Check = {
  subject: 'ports',
  look: async (patient) => {
    const { port, host } = patient.read(gatewayVariables);
    const telegram = patient.read(telegramAdapterVariables);
    const wanted: [variable: string, address: string, service: string][] = [
      ['OTVET_PORT', `${host.includes(':') ? `[${host}]` : host}:${port}`, 'gateway'],
      ['OTVET_ADMIN_ADDRESS', patient.read({ adminAddress }).adminAddress, ''],
    ];
    if (telegram.token !== undefined && telegram.webhookUrl !== undefined) {
      wanted.push(['OTVET_TELEGRAM_WEBHOOK_ADDRESS', telegram.webhookAddress, 'telegram-adapter']);
    }
    return Promise.all(wanted.map(([variable, address, service]) => portFinding(patient, variable, address, service)));
  },
};

async function portFinding(patient: Patient, variable: string, address: string, service: string): Promise<Finding> {
  const colon = address.lastIndexOf(':');
  const subject = `port ${address.slice(colon + 1)}`;
  const problem = await listeningProblem(
    address.slice(0, colon).replace(/^\[|\]$/g, ''),
    Number(address.slice(colon + 1)),
  );
  if (problem === undefined) return ok(subject, `${address} is free (${variable})`);
  if (problem !== 'EADDRINUSE')
    return broken(subject, `${address} cannot be opened (${problem}). Name another with ${variable}`);
  const own = service === '' ? patient.running.size > 0 : patient.running.has(service);
  if (own) return ok(subject, `${address} is held by Otvet, which runs (${variable})`);
  return broken(subject, `${address} is held by another program. Stop that one, or name another with ${variable}`);
}

function listeningProblem(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(wordsOf(error)));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
