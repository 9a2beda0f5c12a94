import { expect } from 'chai';
import { TONGUES } from '#lib/words/tongues.ts';
import { CHAT, TelegramBench } from '#testing/telegram-bench.ts';
import { saying } from '#testing/telegram-peers.ts';
import { COMMANDS } from './menus.ts';

const ARABIC = { language_code: 'ar' };

describe('languages in Telegram', () => {
  const bench = TelegramBench.inSuite();
  const last = () => bench.shown().at(-1) ?? '';

  async function says(text: string, from: object, reply: RegExp): Promise<void> {
    bench.telegram.say(CHAT, text, from);
    await bench.telegram.waitFor(() => reply.test(last()));
  }

  it('are that of the person’s Telegram', async () => {
    await bench.start();
    await says('/dance', { language_code: 'pt-pt' }, /^Não conheço esse comando/);
    await says('/dance', { language_code: 'zh-hant' }, /^我不认识这个命令/);
    await says('/dance', { language_code: 'sv' }, /^I do not know this command/);
  });

  it('are chosen with /lang by code, by name, and given back', async () => {
    await bench.start();
    await says('/lang de', {}, /^Gut, ich spreche jetzt Deutsch/);
    await says('/dance', {}, /^Diesen Befehl kenne ich nicht/);
    await says('/lang türkçe', {}, /^Tamam, artık sizinle Türkçe/);
    await says('/lang klingon', {}, /^Bu dili henüz konuşmuyorum\.\n\n22 dil konuşuyorum/);
    await says('/lang auto', { language_code: 'pl' }, /^Gotowe, mówię w języku Twojego Telegrama/);
    await says('/dance', { language_code: 'pl' }, /^Nie znam tego polecenia/);
  });

  it('are chosen by a button, and told in place of the list', async () => {
    await bench.start();
    await says('/lang', {}, /^I speak 22 languages/);
    const [list] = bench.telegram.answers(CHAT);
    const buttons = (list?.buttons ?? []).flat();
    expect(buttons.map(({ text }) => text)).to.include.members([
      'As in your Telegram',
      'Português',
      '简体中文',
      'עברית',
    ]);
    const press = (label: string) =>
      bench.telegram.press(CHAT, list?.messageId ?? 0, buttons.find(({ text }) => text === label)?.callback_data ?? '');
    press('Português');
    await bench.shows('Pronto, agora falo português com você. As respostas continuam no idioma das suas perguntas.');
    expect(bench.telegram.answers(CHAT)[0]?.buttons ?? []).to.deep.equal([]);
    await says('/dance', {}, /^Não conheço esse comando/);
  });

  it('do not change the language of answers', async () => {
    bench.peers.script = saying('Bis neun.');
    await bench.start();
    await says('/lang fr', {}, /^C’est fait/);
    await says('Wie lange habt ihr offen?', {}, /^Bis neun\.$/);
    expect(bench.peers.asked[0]?.request.language ?? '').to.equal('');
    expect(bench.peers.updated).to.deep.equal([]);
  });

  it('are in the menus, private chats with a chosen language among them; what was offered is not offered again', async () => {
    await bench.start();
    const menu = (language: string) => bench.telegram.commands(language, { type: 'all_private_chats' });
    const last = { type: 'all_chat_administrators' };
    await bench.telegram.waitFor(() => bench.telegram.commands('zh', last) !== undefined);
    expect(menu('')).to.deep.include({ command: 'lang', description: 'Choose the language' });
    expect(menu('he')).to.deep.include({ command: 'lang', description: 'לבחור שפה' });
    // Administrators see their menu and no other.
    expect(bench.telegram.commands('ru', last)).to.deep.include({ command: 'ask', description: 'Задать вопрос' });
    expect(bench.telegram.commands('ru', last)).to.deep.include({ command: 'lang', description: 'Выбрать язык' });
    const here = () => bench.telegram.commands('', { type: 'chat', chat_id: CHAT });
    await says('/lang ko', {}, /^네, 이제 한국어로/);
    expect(here()).to.deep.include({ command: 'lang', description: '언어 선택' });
    await says('/lang auto', {}, /^Done, I follow/);
    expect(here()).to.equal(undefined);
    const calls = bench.telegram.calls('setMyCommands').length;
    const scopes = new Set(COMMANDS.flatMap((command) => command.scopes)).size;
    expect(calls).to.equal(TONGUES.length * scopes + 1);
    await bench.stop(100);
    await bench.start();
    await says('/dance', {}, /^I do not know this command/);
    expect(bench.telegram.calls('setMyCommands')).to.have.lengthOf(calls);
  });

  it('from right to left begin each line at the right, and keep commands readable', async () => {
    await bench.start();
    await says('/help', ARABIC, /اكتب سؤالك/);
    const [, , ...commands] = last().split('\n');
    expect(commands[0]).to.equal('\u200f\u2068/start\u2069 ما الذي يمكنني فعله');
    for (const line of commands) expect(line).to.match(/^\u200f\u2068\/\w+\u2069 \p{Script=Arabic}/u);
    await says('/dance', ARABIC, /أرسل \u2068\/help\u2069 لمعرفة/);
    await says('/lang', { language_code: 'fa' }, /^من به ۲۲ زبان/);
  });
});
