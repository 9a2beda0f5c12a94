import { expect } from 'chai';
import { say, TONGUES, tongueFor } from './messages.ts';

describe('what the bot itself says', () => {
  it('puts values in', () => {
    expect(say('en', 'failed', { id: 'k3x' })).to.match(/\(Error k3x\)$/);
    expect(say('ru', 'failed', { id: 'k3x' })).to.match(/\(Ошибка k3x\)$/);
  });

  it('speaks the chosen language, else that of the text, else that of Telegram', () => {
    expect(TONGUES).to.deep.equal(['en', 'ru']);
    expect(tongueFor({ chosen: 'ru', text: 'hello', interface: 'en' })).to.equal('ru');
    expect(tongueFor({ chosen: '', text: 'Когда вы работаете?', interface: 'en' })).to.equal('ru');
    expect(tongueFor({ chosen: '', text: 'When are you open?', interface: 'ru' })).to.equal('en');
    expect(tongueFor({ chosen: '', text: '', interface: 'ru-RU' })).to.equal('ru');
    expect(tongueFor({ chosen: '', text: '42', interface: '' })).to.equal('en');
  });
});
