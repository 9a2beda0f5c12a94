import { changesContract } from '#lib/documents/contract/changes.ts';
import { concurrencyContract } from '#lib/documents/contract/concurrency.ts';
import { conditionsContract } from '#lib/documents/contract/conditions.ts';
import { expiryContract } from '#lib/documents/contract/expiry.ts';
import { findContract } from '#lib/documents/contract/find.ts';
import { modelContract } from '#lib/documents/contract/model.ts';
import { outboxContract } from '#lib/documents/contract/outbox.ts';
import { type OpenStore, StoreUnderTest } from '#lib/documents/contract/subject.ts';
import { valuesContract } from '#lib/documents/contract/values.ts';

/**
 * Registers the suite that every adapter of the document port passes, through the port alone. `open` gives an empty
 * store that goes by the given clock; it is called once, and every test uses collections of its own.
 */
export function documentStoreContract(name: string, open: OpenStore): void {
  describe(`${name}: the document port`, () => {
    const subject = new StoreUnderTest();
    before(() => subject.open(open));
    after(() => subject.close());
    for (const part of [
      valuesContract,
      conditionsContract,
      changesContract,
      findContract,
      expiryContract,
      outboxContract,
      concurrencyContract,
      modelContract,
    ]) {
      part(subject);
    }
  });
}
