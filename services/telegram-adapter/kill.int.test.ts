import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { sharedAuthority } from '#lib/certificates/authority.ts';
import { TRUST_DOMAIN } from '#lib/service/identities.ts';
import { temporaryFolder } from '#testing/folders.ts';
import { testHost } from '#testing/host.ts';
import { startTelegramDouble } from '#testing/telegram-double.ts';
import { begun, finished, said, startTelegramPeers } from '#testing/telegram-peers.ts';

const CHATS = 12;
const QUESTIONS = 6;
const KILLS = 2;

describe('the telegram-adapter under kill -9', () => {
  it('answers every question in order, and repeats no more than the sends whose result was lost', async function () {
    this.timeout(40_000);
    await using folder = await temporaryFolder();
    const authority = await sharedAuthority(folder.file('certificates'), TRUST_DOMAIN, Date.now());
    const host = { ...(await testHost()), issue: (service: string) => authority.issue(service) };
    await using peers = await startTelegramPeers(host);
    await using telegram = await startTelegramDouble({ validate: false });
    peers.script = async function* ({ question }) {
      yield begun();
      yield said(1, `re `);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
      yield said(2, question);
      yield finished({ answer: `re ${question}` });
    };

    const run = (): ChildProcess =>
      spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'main.mjs')], {
        env: {
          OTVET_DATA_DIR: folder.path,
          OTVET_LOG_LEVEL: 'silent',
          OTVET_ADMIN_ADDRESS: '127.0.0.1:0',
          OTVET_TELEGRAM_ADDRESS: '127.0.0.1:0',
          OTVET_CONVERSATION_ADDRESS: peers.conversationAddress,
          OTVET_TRAINING_ADDRESS: peers.trainingAddress,
          OTVET_TELEGRAM_TOKEN: telegram.token,
          OTVET_TELEGRAM_API_URL: telegram.url,
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    const answers = (chat: number): readonly string[] => telegram.answers(chat).map(({ text }) => text);
    const answered = (): number => {
      let count = 0;
      for (let chat = 1; chat <= CHATS; chat++) count += new Set(answers(chat).filter((text) => / \d/.test(text))).size;
      return count;
    };

    let child = run();
    for (let question = 1; question <= QUESTIONS; question++) {
      for (let chat = 1; chat <= CHATS; chat++) telegram.say(chat, `${question}`);
    }
    let lostSends = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      await telegram.waitFor(() => answered() >= (kill * CHATS * QUESTIONS) / (KILLS + 1), 10_000);
      child.kill('SIGKILL');
      await once(child, 'exit');
      // Each chat has at most one send under way.
      lostSends += CHATS;
      child = run();
    }
    await telegram.waitFor(() => answered() === CHATS * QUESTIONS, 15_000);
    child.kill('SIGTERM');
    await once(child, 'exit');

    let repeated = 0;
    for (let chat = 1; chat <= CHATS; chat++) {
      const said = answers(chat);
      repeated += said.length - QUESTIONS;
      const firsts = [...new Set(said)].filter((text) => / \d/.test(text));
      expect(firsts).to.deep.equal(Array.from({ length: QUESTIONS }, (_, index) => `re ${index + 1}`));
    }
    expect(repeated).to.be.within(0, lostSends);
    expect(telegram.pending).to.deep.equal([]);
  });
});
