import { expect } from 'chai';
import { Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { ApiKeyService } from '#gen/otvet/account/v1/api_key_service_pb.ts';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { runForTest } from '../../cli/server-for-test.ts';
import { startConstellation } from '../constellation.ts';
import { temporaryFolder } from '../folders.ts';
import { Partner } from '../public-api.ts';

const QUESTION = 'Where can I park my camel?';
const SESSION = 'assistants/lastochka/sessions';

describe('Otvet moved to another folder', () => {
  it('answers the same, knows what was said, and takes the same API keys', async function () {
    this.timeout(60_000);
    await using folder = await temporaryFolder();
    const [from, to] = [folder.file('from'), folder.file('to')];
    const before = await startConstellation('one process', from);
    let secret: string;
    let answered: string;
    try {
      const owner = new Partner(before.url, before.apiKey);
      const imported = await owner.teach(
        'lastochka',
        'camels.csv',
        `question,answer\n${QUESTION},Behind the station.\n`,
      );
      expect(imported.acceptedCount).to.equal(1);
      const scopes = [Scope.ASK, Scope.READ];
      ({ secret } = await owner.client(ApiKeyService).createApiKey({ displayName: 'partner', scopes }));
      answered = (await new Partner(before.url, secret).ask('lastochka', QUESTION, { sessionId: 'anna' })).text;
      const held = await runForTest(['export', folder.file('early.gz')], { OTVET_DATA_DIR: from });
      expect([held.exit, held.err]).to.satisfy(([exit, err]: [number, string]) => exit === 1 && /in use/.test(err));
    } finally {
      await before.stop();
    }
    const file = folder.file('all.jsonl.gz');
    expect(await runForTest(['export', file], { OTVET_DATA_DIR: from })).to.include({ exit: 0 });
    expect(await runForTest(['import', '--all', file], { OTVET_DATA_DIR: to })).to.include({ exit: 0 });
    const after = await startConstellation('one process', to);
    try {
      const partner = new Partner(after.url, secret);
      const again = await partner.ask('lastochka', QUESTION, { sessionId: 'anna' });
      expect([answered, again.text]).to.deep.equal(Array(2).fill('Behind the station.'));
      const sessions = partner.client(SessionService);
      const { sessions: known } = await sessions.listSessions({ parent: 'assistants/lastochka' });
      const anna = known.find(({ name }) => name.startsWith(SESSION) && name.endsWith('anna'));
      expect(anna?.turnCount).to.equal(2);
    } finally {
      await after.stop();
    }
  });
});
