import { expect } from 'chai';
import { readUpdate, sessionIdOf, updateIdOf, type Work } from './update.ts';

const chat = { id: 5, type: 'private', first_name: 'Ann' };
const from = { id: 7, is_bot: false, first_name: 'Ann', language_code: 'ru' };
const message = { message_id: 9, date: 1_700_000_000, chat, from };
const said = { chat: 5, place: 'private', user: 7, message: 9, at: 1_700_000_000_000, language: 'ru' };
const read = (fields: object) => readUpdate({ update_id: 1, message: { ...message, ...fields } }, 'OtvetBot');

describe('what an update means', () => {
  it('text is a question', () => {
    expect(read({ text: 'When?' })).to.deep.equal({ kind: 'question', text: 'When?', ...said });
    expect(read({ text: '/ or \\?' })).to.deep.include({ kind: 'question' });
    expect(read({ text: '/привет' })).to.deep.include({ kind: 'question' });
    expect(read({ text: 'half \ud83d' })).to.deep.include({ text: 'half \ufffd' });
  });

  it('a command has a name and an argument, and is meant for this bot', () => {
    const command = (name: string, argument = '') => ({ kind: 'command', name, argument, ...said });
    expect(read({ text: '/start' })).to.deep.equal(command('start'));
    expect(read({ text: '/LANG@otvetbot  ru ' })).to.deep.equal(command('lang', 'ru'));
    expect(read({ text: '/lang@other_bot ru' })).to.deep.equal({ kind: 'ignored' });
  });

  it('a message without text cannot be read yet', () => {
    expect(read({ voice: { file_id: 'x' } })).to.deep.equal({ kind: 'unsupported', album: '', ...said });
    expect(read({ photo: [{}], caption: 'What is it?', media_group_id: 'a' })).to.deep.include({ album: 'a' });
  });

  it('service messages, groups, bots, unknown kinds and broken updates are ignored', () => {
    const ignored = { kind: 'ignored' };
    expect(read({ pinned_message: {} })).to.deep.equal(ignored);
    expect(read({ text: 'hi', chat: { id: -5, type: 'supergroup' } })).to.deep.equal(ignored);
    expect(read({ text: 'hi', from: { ...from, is_bot: true } })).to.deep.equal(ignored);
    expect(read({ text: 'hi', message_id: 'nine' })).to.deep.equal(ignored);
    expect(readUpdate({ update_id: 1, telepathy: {} }, '')).to.deep.equal(ignored);
    for (const broken of [null, 5, 'x', [], { message: null }]) expect(readUpdate(broken, '')).to.deep.equal(ignored);
    expect([updateIdOf({ update_id: 3 }), updateIdOf({ update_id: 'x' }), updateIdOf(null)]).to.deep.equal([
      3,
      undefined,
      undefined,
    ]);
  });

  it('each topic has a session of its own, threads of replies have none', () => {
    const topic = readUpdate({ message: { ...message, text: 'x', message_thread_id: 3, is_topic_message: true } }, '');
    const thread = readUpdate({ message: { ...message, text: 'x', message_thread_id: 3 } }, '');
    expect([topic, thread].map((meaning) => sessionIdOf(meaning as Work))).to.deep.equal(['5_3', '5']);
  });

  it('a pressed button says who pressed which button of which message, in groups too', () => {
    const query = { id: '77', from: { ...from, id: 8 }, data: 'sources:abc', message };
    const press = { kind: 'press', query: '77', data: 'sources:abc', ...said, user: 8 };
    expect(readUpdate({ callback_query: query }, '')).to.deep.equal(press);
    const topic = { ...message, chat: { id: -5, type: 'supergroup' }, message_thread_id: 3, is_topic_message: true };
    expect(readUpdate({ callback_query: { ...query, message: topic } }, '')).to.deep.include({
      chat: -5,
      thread: 3,
      place: 'group',
    });
    const old = { chat, message_id: 9, date: 0 };
    expect(readUpdate({ callback_query: { ...query, message: old } }, '')).to.deep.equal({ ...press, at: 0 });
    const stray = { kind: 'strayPress', query: '77', language: 'ru' };
    expect(readUpdate({ callback_query: { ...query, message: undefined } }, '')).to.deep.equal(stray);
    expect(readUpdate({ callback_query: { ...query, data: undefined } }, '')).to.deep.equal(stray);
    expect(readUpdate({ callback_query: { from } }, '')).to.deep.equal({ kind: 'ignored' });
  });

  it('tells whether the person blocks the bot', () => {
    const change = (status: string) => ({ update_id: 1, my_chat_member: { chat, new_chat_member: { status } } });
    expect(readUpdate(change('kicked'), '')).to.deep.equal({ kind: 'membership', chat: 5, blocked: true });
    expect(readUpdate(change('member'), '')).to.deep.equal({ kind: 'membership', chat: 5, blocked: false });
  });
});
