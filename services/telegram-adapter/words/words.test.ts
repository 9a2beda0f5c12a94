import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { catalogueContract } from '#lib/words/contract.ts';
import { parseHtml } from '#testing/telegram/html.ts';
import { escapeHtml } from '../text/formatted.ts';
import { CATALOGUE, say } from './catalogue.ts';
import { tongueFor } from './tongue-for.ts';

catalogueContract('the bot', CATALOGUE);

describe('what the bot itself says', () => {
  it('puts values in', () => {
    expect(say('en', 'failed', { id: 'k3x' })).to.match(/\(Error k3x\)$/);
    expect(say('ru', 'failed', { id: 'k3x' })).to.match(/\(Ошибка k3x\)$/);
  });

  it('counts as each language does', () => {
    const languages = (count: number) => say('ru', 'languages', { count }).split('.')[0];
    expect([1, 3, 22].map(languages)).to.deep.equal([
      'Я говорю на 1 языке',
      'Я говорю на 3 языках',
      'Я говорю на 22 языках',
    ]);
    expect(say('fa', 'languages', { count: 22 })).to.include('۲۲ زبان');
    expect(say('he', 'languages', { count: 2 })).to.include('שתי שפות');
  });

  it('is shown as it is written', () => {
    for (const [tongue, words] of Object.entries(CATALOGUE)) {
      for (const [key, message] of Object.entries(words)) {
        const shown = parseHtml(escapeHtml(message));
        expect(shown.text, `${tongue} ${key}`).to.equal(message);
        expect(shown.entities, `${tongue} ${key}`).to.deep.equal([]);
      }
    }
  });

  it('is said somewhere', async () => {
    const adapter = join(import.meta.dirname, '..');
    const files = await Array.fromAsync(glob('**/*.ts', { cwd: adapter, exclude: ['words/**', '**/*.test.ts'] }));
    const sources = await Promise.all(files.map((file) => readFile(join(adapter, file), 'utf8')));
    const code = sources.join('\n');
    expect(Object.keys(CATALOGUE.en).filter((key) => !code.includes(`'${key}'`))).to.deep.equal([]);
  });

  it('describes commands in as many letters as Telegram takes', () => {
    for (const words of Object.values(CATALOGUE)) {
      for (const [key, text] of Object.entries(words))
        if (key.startsWith('command')) expect(text.length).to.be.within(1, 256);
    }
  });

  it('is in the chosen language, else in that of Telegram, else in that of what was written', () => {
    expect(tongueFor({ chosen: 'ru', text: 'hello', interface: 'en' })).to.equal('ru');
    expect(tongueFor({ chosen: '', text: 'Когда вы работаете?', interface: 'en' })).to.equal('en');
    expect(tongueFor({ chosen: '', text: 'Wie viel kostet der Versand?', interface: '' })).to.equal('de');
    expect(tongueFor({ chosen: '', text: 'Quanto custa a entrega?', interface: 'sv' })).to.equal('pt-br');
    expect(tongueFor({ chosen: '', text: '', interface: 'zh-hant' })).to.equal('zh-hans');
    expect(tongueFor({ chosen: '', text: '42', interface: '' })).to.equal('en');
  });
});
