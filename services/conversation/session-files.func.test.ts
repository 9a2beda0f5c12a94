import { expect } from 'chai';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { saying } from '#testing/conversation-peers.ts';
import {
  ASSISTANT,
  failureOf,
  personOf,
  type StartedConversation,
  startConversationForTest,
} from '#testing/started-conversation.ts';

const MENU = '# Canteen\n\n## Monday\n\nPumpkin soup with ginger is served at noon.\n\n## Tuesday\n\nFish pie.\n';
const DAY_MS = 24 * 3_600_000;

describe('a file that a session is asked about', () => {
  let started: StartedConversation;
  beforeEach(async () => {
    started = await startConversationForTest();
    started.peers.script = saying('At noon [p1].');
  });
  afterEach(() => started[Symbol.asyncDispose]());

  const attach = (fileName: string, content: string | Uint8Array, realm = 'me', session = `${realm}.s`) =>
    started.sessions.attachFile(
      { session: `${ASSISTANT}/sessions/${session}`, fileName, content: Buffer.from(content) },
      { principal: personOf(realm) },
    );
  const SOUP = { question: 'When is pumpkin soup served?' };

  it('answers questions and is cited like other sources', async () => {
    const { passageCount, expireTime } = await attach('menu.md', MENU);
    expect(passageCount).to.be.greaterThan(0);
    expect(Number(expireTime?.seconds) * 1000 - Date.now()).to.be.within(DAY_MS - 60_000, DAY_MS);
    const turn = await started.ask(SOUP);
    expect(turn).to.include({ answer: 'At noon [1].', outcome: Outcome.ANSWERED });
    expect(turn.citations[0]).to.include({ title: 'menu.md' });
    expect(turn.citations[0]?.source).to.match(/^assistants\/velik\/sessions\/me\.s\/files\/[0-9a-f]{24}$/);
    expect(turn.citations[0]?.passage).to.include('Pumpkin soup');
  });

  it('is searched beside the material of the assistant', async () => {
    await attach('menu.md', MENU);
    const turn = await started.ask({ question: 'When must a lost bicycle be reported?' });
    expect(turn.citations[0]).to.include({ title: 'Rules' });
  });

  it("is not seen by another session, of another person or of one's own", async () => {
    await attach('menu.md', MENU);
    expect((await started.ask(SOUP, 'you')).outcome).to.equal(Outcome.REFUSED);
    expect((await started.ask({ ...SOUP, sessionId: 'other' })).outcome).to.equal(Outcome.REFUSED);
    expect(await failureOf(attach('menu.md', MENU, 'you', 'me.s'))).to.include({ reason: 'SESSION_NOT_OWN' });
  });

  it('is still there after a restart', async () => {
    await attach('menu.md', MENU);
    await started.restart();
    expect((await started.ask(SOUP)).citations[0]).to.include({ title: 'menu.md' });
  });

  it('goes when the session begins anew, and after a day', async () => {
    await attach('menu.md', MENU);
    await started.sessions.resetSession({ name: `${ASSISTANT}/sessions/me.s` }, { principal: personOf('me') });
    expect((await started.ask(SOUP)).outcome).to.equal(Outcome.REFUSED);
    await attach('menu.md', MENU);
    expect((await started.ask(SOUP)).outcome).to.equal(Outcome.ANSWERED);
    started.clock.aheadMs = DAY_MS + 1;
    expect((await started.ask(SOUP)).outcome).to.equal(Outcome.REFUSED);
  });

  it('answers with its beginning what names none of its words', async () => {
    await attach('menu.md', MENU);
    const turn = await started.ask({ question: 'Summarise, please.' });
    expect(turn.citations[0]).to.include({ title: 'menu.md' });
  });

  it('may be text, Markdown, questions and answers, or a table of anything', async () => {
    const files: [string, string][] = [
      ['soup.txt', 'Pumpkin soup is served at noon.'],
      ['faq.csv', 'question,answer\nWhen is pumpkin soup served?,At noon.\n'],
      ['faq.jsonl', '{"question": "When is pumpkin soup served?", "answer": "At noon."}\n'],
      ['menu.csv', 'dish;time\nPumpkin soup is served;12:00\n'],
    ];
    for (const [place, [name, content]] of files.entries()) {
      await attach(name, content, 'me', `me.s${place}`);
      const turn = await started.ask({ ...SOUP, sessionId: `s${place}` });
      expect(turn.citations[0], name).to.include({ title: name });
    }
  });

  it('keeps five, the newest', async () => {
    await attach('menu.md', MENU);
    for (let n = 1; n <= 5; n++) await attach(`note-${n}.txt`, `Note ${n}: the gate number is ${n}${n}.`);
    const { citations } = await started.ask(SOUP);
    expect(citations.map(({ title }) => title)).not.to.include('menu.md');
  });

  it('says of a file that cannot be read what is wrong with it', async () => {
    const pdf = await failureOf(attach('menu.pdf', '%PDF-1.7 ...'));
    expect(pdf).to.include({ code: 'INVALID_ARGUMENT', reason: 'FILE_FORMAT_UNKNOWN', domain: 'conversation.otvet' });
    expect(pdf.message).to.include('a PDF document');
    expect(await failureOf(attach('a.docx', 'PK\u0003\u0004...'))).to.include({ reason: 'FILE_FORMAT_UNKNOWN' });
    expect(await failureOf(attach('a.txt', ' \n'))).to.include({ reason: 'FILE_EMPTY' });
    expect(await failureOf(attach('a.txt', Uint8Array.from([0x68, 0x69, 0xff])))).to.include({
      reason: 'FILE_ENCODING_UNKNOWN',
    });
  });
});
