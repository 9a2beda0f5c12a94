import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect } from 'chai';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { EVENTS } from '#lib/events/nats/streams.ts';
import { startConstellation } from '../constellation.ts';
import { temporaryFolder } from '../folders.ts';
import { Partner } from '../public-api.ts';
import { startNats } from '../servers/nats.ts';
import type { RealServer } from '../servers/server-process.ts';
import { startOrSkip } from '../servers/suite.ts';

/** Shorter than the 30 s after which feeds are read anyway. */
const SOON_MS = 5_000;
const QUESTION = 'When does the shop open?';

describe('Otvet with NATS', function () {
  this.timeout(60_000);
  let server: RealServer;
  before(async function () {
    server = await startOrSkip(this, startNats);
  });
  after(() => server?.[Symbol.asyncDispose]());

  const eventually = async (partner: Partner, answer: string): Promise<void> => {
    for (const end = Date.now() + SOON_MS; ; ) {
      const { text } = await partner.ask('shop', QUESTION);
      if (text.includes(answer)) return;
      if (Date.now() > end) throw new Error(`the answer is still: ${text}`);
    }
  };

  it('answers from what was taught as soon as a hint tells of it, and without NATS too', async () => {
    await using folder = await temporaryFolder();
    const env = { OTVET_NATS_URL: server.url, OTVET_EXAMPLES_DIR: 'none' };
    const otvet = await startConstellation('five processes', folder.path, env);
    try {
      const partner = new Partner(otvet.url, otvet.apiKey);
      await partner
        .client(AssistantService)
        .createAssistant({ assistantId: 'shop', assistant: { displayName: 'Shop' } });
      const teach = (hour: string) => partner.teach('shop', 'faq.csv', `question,answer\n${QUESTION},At ${hour}.\n`);
      await teach('eight');
      await eventually(partner, 'eight');
      await teach('nine');
      await eventually(partner, 'nine');

      const operator = await connect({ servers: server.url });
      const { state } = await (await jetstreamManager(operator)).streams.info(EVENTS, { subjects_filter: '>' });
      expect(Object.keys(state.subjects ?? {})).to.include('otvet.events.training.ReleaseActivated');
      await operator.close();
      const metrics = await otvet.metrics();
      expect(metrics).to.match(
        /otvet_events_consumed_total\{source="training",carrier="hint",outcome="applied"\} [1-9]/,
      );

      await server.kill();
      await teach('ten');
      await eventually(partner, 'ten');
      await server.restart();
      await teach('eleven');
      await eventually(partner, 'eleven');
    } finally {
      await otvet.stop();
    }
  });
});
