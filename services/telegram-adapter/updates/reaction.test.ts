import { expect } from 'chai';
import { readReaction } from './reaction.ts';

const change = {
  chat: { id: 5, type: 'private' },
  message_id: 9,
  user: { id: 7, is_bot: false, language_code: 'ru' },
  date: 1_700_000_000,
  old_reaction: [],
  new_reaction: [
    { type: 'emoji', emoji: '❤️' },
    { type: 'custom_emoji', custom_emoji_id: '1' },
  ],
};

describe('reactions', () => {
  it('tell who thinks what of which message', () => {
    const said = { chat: 5, place: 'private', user: 7, message: 9, at: 1_700_000_000_000, language: 'ru' };
    expect(readReaction(change)).to.deep.equal({ kind: 'reaction', now: ['❤'], before: [], ...said });
  });

  it('of nobody, of bots, in channels and broken ones tell nothing', () => {
    for (const other of [
      { user: undefined, actor_chat: { id: -5 } },
      { user: { id: 8, is_bot: true } },
      { chat: { id: -5, type: 'channel' } },
      { message_id: 'nine' },
    ]) {
      expect(readReaction({ ...change, ...other })).to.equal(undefined);
    }
    expect(readReaction(null)).to.equal(undefined);
    expect(readReaction({ ...change, new_reaction: 7 })?.now).to.deep.equal([]);
  });
});
