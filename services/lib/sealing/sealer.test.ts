import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { ConfigError } from '#lib/config/variables.ts';
import { temporaryFolder } from '#testing/folders.ts';
import { parseKeys } from './key-text.ts';
import { newKey, openSealer } from './keys.ts';
import { SealBroken, Sealer } from './sealer.ts';

const key = (byte: number): Buffer => Buffer.alloc(32, byte);

describe('what is sealed', () => {
  it('opens again, whatever it was', () => {
    const sealer = new Sealer([key(1)]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (secret, about) => {
        expect(sealer.open(sealer.seal(secret, about), about)).to.equal(secret);
      }),
    );
  });

  it('shows nothing of the secret, and is another text each time', () => {
    const sealer = new Sealer([key(1)]);
    const sealed = [sealer.seal('7:token', 'bots/7'), sealer.seal('7:token', 'bots/7')];
    expect(sealed[0]).not.to.equal(sealed[1]);
    expect(Buffer.from(sealed[0]?.split('.')[2] ?? '', 'base64url').includes('token')).to.equal(false);
  });

  it('opens neither as something else, nor changed, nor with another key', () => {
    const sealer = new Sealer([key(1)]);
    const sealed = sealer.seal('7:token', 'bots/7');
    const at = sealed.length - 4;
    const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
    expect(() => sealer.open(sealed, 'bots/8')).to.throw(SealBroken);
    expect(() => sealer.open(changed, 'bots/7')).to.throw(SealBroken);
    expect(() => sealer.open('v1.00.', 'bots/7')).to.throw(SealBroken);
    expect(() => sealer.open('7:token', 'bots/7'))
      .to.throw(SealBroken)
      .with.property('message')
      .not.contain('token');
    expect(() => new Sealer([key(2)]).open(sealed, 'bots/7')).to.throw(SealBroken, /not among the keys/);
  });

  it('outlives its key by rotation: the first key seals, all open', () => {
    const old = new Sealer([key(1)]);
    const both = new Sealer([key(2), key(1)]);
    const sealed = old.seal('secret', 'x');
    expect(both.open(sealed, 'x')).to.equal('secret');
    expect([both.isNewest(sealed), both.isNewest(both.seal('secret', 'x'))]).to.deep.equal([false, true]);
    expect(new Sealer([key(2)]).open(both.seal('secret', 'x'), 'x')).to.equal('secret');
  });
});

describe('keys for sealing', () => {
  it('are read from text, several with commas or lines between them', () => {
    const [a, b] = [newKey(), newKey()];
    expect(parseKeys(`${a},${b}`)).to.have.lengthOf(2);
    expect(parseKeys(`${a}\n${b}\n`)?.[0]?.toString('base64')).to.equal(a);
    for (const bad of ['', 'short', `${a}x`, `${a},secret`]) expect(parseKeys(bad), bad).to.equal(undefined);
  });

  it('are read from a file, or are not there', async () => {
    await using folder = await temporaryFolder();
    const secretKeyFile = folder.file('keys');
    await writeFile(secretKeyFile, `${newKey()}\n`);
    expect(await openSealer({ secretKey: undefined, secretKeyFile })).to.be.instanceOf(Sealer);
    expect(await openSealer({ secretKey: undefined, secretKeyFile: undefined })).to.equal(undefined);
  });

  it('are refused without being shown', async () => {
    await using folder = await temporaryFolder();
    const missing = { secretKey: undefined, secretKeyFile: folder.file('none') };
    const fault = async (source: Parameters<typeof openSealer>[0]) => openSealer(source).catch((error) => error);
    expect(await fault(missing))
      .to.be.instanceOf(ConfigError)
      .with.property('message')
      .match(/^OTVET_SECRET_KEY_FILE/);
    const bad = await fault({ secretKey: 'hunter2', secretKeyFile: undefined });
    expect(bad).to.be.instanceOf(ConfigError).with.property('message').not.contain('hunter2');
  });
});
