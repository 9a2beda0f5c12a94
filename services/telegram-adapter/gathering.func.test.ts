import { expect } from 'chai';
import { CHAT, pause, TelegramBench } from '#testing/telegram-bench.ts';
import { saying } from '#testing/telegram-peers.ts';

const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 1]);
const photo = (mark: number) => ({ photo: [{ edge: 100, data: Uint8Array.from([...JPEG, mark]) }] });

describe('what clients split', () => {
  const bench = TelegramBench.inSuite();
  const asked = () => bench.peers.asked.map(({ request }) => request);

  beforeEach(() => {
    bench.peers.script = saying('Yes.');
  });

  it('a long pasted text is one question', async () => {
    await bench.start();
    const text = `${'word '.repeat(2_000)}the end?`;
    bench.telegram.paste(CHAT, text);
    await bench.shows('Yes.');
    bench.telegram.say(CHAT, 'And this?');
    await bench.shows('Yes.', 'Yes.');
    expect(asked().map(({ question }) => question)).to.deep.equal([text, 'And this?']);
  });

  it('an album is one question with all its pictures', async () => {
    await bench.start();
    bench.telegram.send(CHAT, photo(1), 'Which is mine?', { album: 'a' });
    bench.telegram.send(CHAT, photo(2), '', { album: 'a' });
    await pause(300);
    bench.telegram.send(CHAT, photo(3), '', { album: 'a' });
    bench.telegram.send(CHAT, photo(4), 'Another', { album: 'b' });
    await bench.shows('Yes.', 'Yes.');
    expect(asked().map(({ question }) => question)).to.deep.equal(['Which is mine?', 'Another']);
    expect(asked().map(({ attachments }) => attachments.map(({ data }) => data.at(-1)))).to.deep.equal([
      [1, 2, 3],
      [4],
    ]);
  });

  it('is joined after a restart in the middle too', async () => {
    await bench.start();
    bench.telegram.paste(CHAT, 'x'.repeat(5_000));
    await bench.telegram.waitFor(() => bench.telegram.pending.length === 0);
    await bench.stop(0);
    expect(asked()).to.deep.equal([]);
    await bench.start();
    await bench.shows('Yes.');
    expect(asked().map(({ question }) => question.length)).to.deep.equal([5_000]);
  });

  it('commands are answered meanwhile', async () => {
    await bench.start();
    bench.telegram.paste(CHAT, 'x'.repeat(5_000));
    bench.telegram.say(CHAT, '/help');
    await bench.telegram.waitFor(() => bench.shown().length === 2);
    expect(bench.shown()[0]).to.include('/lang');
    expect(bench.shown()[1]).to.equal('Yes.');
  });
});
