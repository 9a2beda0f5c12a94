import { expect } from 'chai';
import { SMALL_SPEC } from './small-spec.ts';
import { loadSpec, type SpecField } from './spec.ts';
import { Validator } from './validate.ts';

describe('the specification that the double is held to', () => {
  it('agrees, where it is the small table, with the published one', () => {
    const published = loadSpec();
    const needs = (fields: readonly SpecField[] = []) =>
      fields.filter(({ required }) => required).map(({ name, types }) => [name, types]);
    for (const [name, { fields, returns }] of Object.entries(SMALL_SPEC.methods)) {
      const method = published.methods[name];
      expect(method?.returns, name).to.deep.equal(returns);
      // The published text of an edit may be left out for a rich message, which the table does not know.
      expect(needs(fields), name).to.deep.equal(needs(method?.fields));
      for (const { name: field, types } of fields ?? []) {
        expect(method?.fields?.find((known) => known.name === field)?.types, `${name}.${field}`).to.deep.equal(types);
      }
    }
  });

  it('serves when it is the small table, too', () => {
    const validator = new Validator(SMALL_SPEC);
    const { sendMessage } = SMALL_SPEC.methods;
    if (sendMessage === undefined) throw new Error('no sendMessage');
    expect(validator.check(sendMessage, { chat_id: '1', text: 'a', disable_notification: 'true' })).to.deep.equal({
      parameters: { chat_id: 1, text: 'a', disable_notification: true },
    });
    const reply_markup = '{"inline_keyboard":[[{"text":"a","callback_data":5}]]}';
    expect(validator.check(sendMessage, { chat_id: 1, text: 'a', reply_markup })).to.deep.equal({
      fault: 'reply_markup.inline_keyboard[0][0].callback_data must be a String',
    });
  });

  it('reads the limits that stand in the prose', () => {
    const validator = new Validator(SMALL_SPEC);
    const { setWebhook } = SMALL_SPEC.methods;
    if (setWebhook === undefined) throw new Error('no setWebhook');
    const check = (secret_token: string) => validator.check(setWebhook, { url: '', secret_token });
    expect(check('a'.repeat(256))).to.have.property('parameters');
    expect(check('a'.repeat(257)))
      .to.have.property('fault')
      .that.contains('secret_token breaks its limit');
  });
});
