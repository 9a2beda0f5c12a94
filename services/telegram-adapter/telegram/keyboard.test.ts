import { expect } from 'chai';
import { buttonData, readButtonData, sameKeyboard } from './keyboard.ts';

describe('buttons', () => {
  it('say what they are about, and in a group who may press them', () => {
    for (const pressed of [
      { action: 'sources', argument: '0123456789abcdef01234567' },
      { action: 'stop', argument: '0123456789abcdef01234567', owner: 7_999_999_999 },
    ]) {
      expect(readButtonData(buttonData(pressed))).to.deep.equal(pressed);
    }
  });

  it('fit into what Telegram takes', () => {
    expect(() => buttonData({ action: 'sources', argument: 'x'.repeat(60) })).to.throw(RangeError);
  });

  it('of others say nothing', () => {
    for (const data of ['', 'stop', 'stop:', ':x', 'stop:x:y', 'stop:x:1:2', 'STOP:x', '{"a":1}', 'stop:\u202e']) {
      expect(readButtonData(data), data).to.equal(undefined);
    }
  });

  it('are the same when they look and say the same', () => {
    const one = [[{ text: 'Stop', data: 'stop:x' }]];
    expect(sameKeyboard(one, [[{ text: 'Stop', data: 'stop:x' }]])).to.equal(true);
    expect(sameKeyboard(one, [[{ text: 'Stop', data: 'stop:y' }]])).to.equal(false);
    expect(sameKeyboard(undefined, [])).to.equal(true);
  });
});
