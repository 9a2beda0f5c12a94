import { expect } from 'chai';
import type { Self } from './addressing.ts';
import { readUpdate, sessionIdOf, updateIdOf, type Work } from './update.ts';

const ME: Self = {
  id: 42,
  username: 'OtvetBot',
  keywords: ['bicycle'],
  commands: new Set(['ask', 'help']),
  hearsAll: false,
};
const chat = { id: 5, type: 'private', first_name: 'Ann' };
const from = { id: 7, is_bot: false, first_name: 'Ann', language_code: 'ru' };
const message = { message_id: 9, date: 1_700_000_000, chat, from };
const said = { chat: 5, place: 'private', user: 7, message: 9, at: 1_700_000_000_000, language: 'ru' };
const read = (fields: object) => readUpdate({ update_id: 1, message: { ...message, ...fields } }, ME);

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

  it('recordings, pictures and files come with their words and their album', () => {
    const media = [{ as: 'recording', id: 'x', mimeType: 'audio/ogg', size: 0 }];
    const voice = { kind: 'media', text: '', media, album: '', fileName: '', ...said };
    expect(read({ voice: { file_id: 'x' } })).to.deep.equal(voice);
    const photo = { photo: [{ file_id: 'p' }], caption: ' What is it? ', media_group_id: 'a' };
    expect(read(photo)).to.deep.include({ kind: 'media', text: 'What is it?', album: 'a' });
    const document = { file_id: 'd', file_name: 'menu.txt' };
    expect(read({ document })).to.deep.include({ kind: 'media', fileName: 'menu.txt' });
  });

  it('other messages without text cannot be read', () => {
    expect(read({ sticker: { file_id: 'x' } })).to.deep.equal({ kind: 'unsupported', album: '', ...said });
    expect(read({ video: {}, media_group_id: 'a' })).to.deep.include({ album: 'a' });
  });

  it('service messages, what is not for it in groups, bots, unknown kinds and broken updates are ignored', () => {
    const ignored = { kind: 'ignored' };
    expect(read({ pinned_message: {} })).to.deep.equal(ignored);
    expect(read({ text: 'hi', chat: { id: -5, type: 'supergroup' } })).to.deep.equal(ignored);
    expect(read({ text: 'hi', from: { ...from, is_bot: true } })).to.deep.equal(ignored);
    expect(read({ text: 'hi', message_id: 'nine' })).to.deep.equal(ignored);
    expect(readUpdate({ update_id: 1, telepathy: {} }, ME)).to.deep.equal(ignored);
    for (const broken of [null, 5, 'x', [], { message: null }]) expect(readUpdate(broken, ME)).to.deep.equal(ignored);
    expect([updateIdOf({ update_id: 3 }), updateIdOf({ update_id: 'x' }), updateIdOf(null)]).to.deep.equal([
      3,
      undefined,
      undefined,
    ]);
  });

  it('each topic has a session of its own, threads of replies have none', () => {
    const topic = readUpdate({ message: { ...message, text: 'x', message_thread_id: 3, is_topic_message: true } }, ME);
    const thread = readUpdate({ message: { ...message, text: 'x', message_thread_id: 3 } }, ME);
    expect([topic, thread].map((meaning) => sessionIdOf(meaning as Work))).to.deep.equal(['5_3', '5']);
  });

  it('a pressed button says who pressed which button of which message, in groups too', () => {
    const query = { id: '77', from: { ...from, id: 8 }, data: 'sources:abc', message };
    const press = { kind: 'press', query: '77', data: 'sources:abc', ...said, user: 8 };
    expect(readUpdate({ callback_query: query }, ME)).to.deep.equal(press);
    const topic = { ...message, chat: { id: -5, type: 'supergroup' }, message_thread_id: 3, is_topic_message: true };
    expect(readUpdate({ callback_query: { ...query, message: topic } }, ME)).to.deep.include({
      chat: -5,
      thread: 3,
      place: 'group',
    });
    const old = { chat, message_id: 9, date: 0 };
    expect(readUpdate({ callback_query: { ...query, message: old } }, ME)).to.deep.equal({ ...press, at: 0 });
    const stray = { kind: 'strayPress', query: '77', language: 'ru' };
    expect(readUpdate({ callback_query: { ...query, message: undefined } }, ME)).to.deep.equal(stray);
    expect(readUpdate({ callback_query: { ...query, data: undefined } }, ME)).to.deep.equal(stray);
    expect(readUpdate({ callback_query: { from } }, ME)).to.deep.equal({ kind: 'ignored' });
  });

  it('tells whether the person blocks the bot', () => {
    const change = (status: string) => ({ update_id: 1, my_chat_member: { chat, new_chat_member: { status } } });
    expect(readUpdate(change('kicked'), ME)).to.deep.equal({ kind: 'membership', chat: 5, blocked: true });
    expect(readUpdate(change('member'), ME)).to.deep.equal({ kind: 'membership', chat: 5, blocked: false });
  });

  describe('in a group', () => {
    const group = { id: -100, type: 'supergroup', title: 'Club' };
    const inGroup = (fields: object) => read({ chat: group, ...fields });
    const asks = (text: string) => ({ ...said, kind: 'question', text, chat: -100, place: 'group' });
    const mention = (offset: number, type = 'mention', more: object = {}) => [{ type, offset, length: 9, ...more }];

    it('what mentions the bot is a question, without the mention', () => {
      expect(inGroup({ text: '@OtvetBot, when?', entities: mention(0) })).to.deep.equal(asks('when?'));
      expect(inGroup({ text: 'When, @otvetbot?', entities: mention(6) })).to.deep.equal(asks('When?'));
      expect(inGroup({ text: 'Say @OtvetBot when', entities: mention(4) })).to.deep.equal(asks('Say when'));
      // Offsets count UTF-16 units.
      expect(inGroup({ text: '😀 @OtvetBot when?', entities: mention(3) })).to.deep.equal(asks('😀 when?'));
      const named = mention(0, 'text_mention', { user: { id: 42 } });
      expect(inGroup({ text: 'Otvet Bot when?', entities: named })).to.deep.equal(asks('when?'));
      const other = mention(0, 'text_mention', { user: { id: 43 } });
      expect(inGroup({ text: 'Other Bot when?', entities: other })).to.deep.equal({ kind: 'ignored' });
    });

    it('what only looks like a mention is none', () => {
      expect(inGroup({ text: '@OtvetBot when?' })).to.deep.equal({ kind: 'ignored' });
      expect(
        inGroup({ text: '@OtvetBotX when?', entities: [{ type: 'mention', offset: 0, length: 10 }] }),
      ).to.deep.equal({ kind: 'ignored' });
      for (const entities of [7, [null], [{ type: 'mention', offset: 5, length: 900 }]]) {
        expect(inGroup({ text: 'when?', entities })).to.deep.equal({ kind: 'ignored' });
      }
    });

    it('a reply to the bot is a question, what begins a topic is none', () => {
      const reply_to_message = { message_id: 3, from: { id: 42, is_bot: true }, text: 'Then.' };
      expect(inGroup({ text: 'And then?', reply_to_message })).to.deep.equal({ ...asks('And then?'), repliesTo: 3 });
      const topic = { ...reply_to_message, forum_topic_created: { name: 'x' } };
      expect(inGroup({ text: 'Hello all', reply_to_message: topic })).to.deep.equal({ kind: 'ignored' });
    });

    it('/ask asks, by itself what it replies to', () => {
      const reply_to_message = { message_id: 3, from, text: 'When?' };
      expect(inGroup({ text: '/ask When?' })).to.deep.equal(asks('When?'));
      expect(inGroup({ text: '/ask@OtvetBot When?' })).to.deep.equal(asks('When?'));
      expect(inGroup({ text: '/ask', reply_to_message })).to.deep.equal(asks('When?'));
      expect(inGroup({ text: '@OtvetBot', entities: mention(0), reply_to_message })).to.deep.equal(asks('When?'));
      expect(inGroup({ text: '@OtvetBot', entities: mention(0) })).to.deep.include({ kind: 'command', name: 'ask' });
      expect(read({ text: '/ask When?' })).to.deep.include({ kind: 'question', text: 'When?' });
    });

    it('commands of other bots are ignored, also without a name behind them', () => {
      for (const text of ['/ask@other_bot When?', '/roll']) {
        expect(inGroup({ text })).to.deep.equal({ kind: 'ignored' });
      }
      expect(inGroup({ text: '/roll@otvetbot' })).to.deep.include({ kind: 'command', name: 'roll' });
    });

    it('a keyword asks, as a word of its own', () => {
      expect(inGroup({ text: 'My Bicycle is gone' })).to.deep.equal(asks('My Bicycle is gone'));
      for (const text of ['Bicycles!', 'motorbicycle', 'Hello']) {
        expect(inGroup({ text })).to.deep.equal({ kind: 'ignored' });
      }
    });

    it('pictures count when their caption is for the bot', () => {
      const photo = [{}];
      const caption_entities = mention(0);
      expect(inGroup({ photo, caption: '@OtvetBot what?', caption_entities })).to.deep.include({ kind: 'unsupported' });
      for (const caption of ['what?', '/ask@other_bot what?', '/asking']) {
        expect(inGroup({ photo, caption })).to.deep.equal({ kind: 'ignored' });
      }
      const file = { file_id: 'f', file_unique_id: 'u' };
      const pictures = [{ ...file, width: 9, height: 9, file_size: 9 }];
      expect(inGroup({ photo: pictures, caption: '/ask what?' })).to.deep.include({ kind: 'media', text: 'what?' });
      const reply_to_message = { message_id: 3, from: { id: 42, is_bot: true }, text: 'Then.' };
      const voice = { ...file, duration: 3, mime_type: 'audio/ogg' };
      expect(inGroup({ voice, reply_to_message })).to.deep.include({ kind: 'media' });
      expect(inGroup({ sticker: file, reply_to_message })).to.deep.equal({ kind: 'ignored' });
    });

    it('anonymous administrators and channels ask as the chat that they speak for; posts passed on do not', () => {
      const anonymous = { id: 1087968824, is_bot: true, username: 'GroupAnonymousBot' };
      const asked = { text: '/ask When?', from: anonymous, sender_chat: group };
      expect(inGroup(asked)).to.deep.equal({ ...asks('When?'), user: -100, language: '' });
      expect(inGroup({ ...asked, is_automatic_forward: true })).to.deep.equal({ kind: 'ignored' });
      expect(readUpdate({ channel_post: { ...message, text: '/ask' } }, ME)).to.deep.equal({ kind: 'ignored' });
      expect(inGroup({ text: '/ask x', via_bot: { id: 42 } })).to.deep.equal({ kind: 'ignored' });
    });

    it('tells how the bot stands, and where a group has gone', () => {
      const change = (old: object, now: object, of: object = group) => ({
        my_chat_member: { chat: of, from, date: 1, old_chat_member: old, new_chat_member: now },
      });
      const added = readUpdate(change({ status: 'left' }, { status: 'member' }), ME);
      expect(added).to.deep.include({ kind: 'standing', isNew: true, canSpeak: true, hearsAll: false, title: 'Club' });
      const raised = readUpdate(change({ status: 'member' }, { status: 'administrator' }), ME);
      expect(raised).to.deep.include({ kind: 'standing', isNew: false, hearsAll: true });
      const muted = readUpdate(change({ status: 'member' }, { status: 'restricted', can_send_messages: false }), ME);
      expect(muted).to.deep.include({ kind: 'standing', canSpeak: false });
      const gone = { kind: 'membership', chat: -100, blocked: true };
      expect(readUpdate(change({ status: 'member' }, { status: 'left' }), ME)).to.deep.equal(gone);
      expect(readUpdate(change({}, { status: 'restricted', is_member: false }), ME)).to.deep.equal(gone);
      expect(readUpdate(change({}, { status: 'member' }, { id: -7, type: 'channel' }), ME).kind).to.equal('ignored');
      expect(inGroup({ migrate_to_chat_id: -200 })).to.deep.equal({ kind: 'moved', chat: -100, to: -200 });
    });
  });
});
