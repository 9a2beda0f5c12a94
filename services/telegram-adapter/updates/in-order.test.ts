import { expect } from 'chai';
import { acceptInOrder } from './in-order.ts';

describe('accepting updates', () => {
  const said = (id: number, chat: number) => ({ update_id: id, message: { message_id: id, chat: { id: chat } } });
  const pressed = (id: number, chat: number) => ({
    update_id: id,
    callback_query: { message: { chat: { id: chat } } },
  });

  it('nothing overtakes an update of the same chat that could not be accepted', async () => {
    const tried: unknown[] = [];
    const accept = async (update: unknown) => {
      const id = (update as { update_id: number }).update_id;
      tried.push(id);
      if (id === 1) throw new Error('the store is away');
      return id;
    };
    const updates = [said(1, 7), said(2, 8), said(3, 7), pressed(4, 7), pressed(5, 8), { update_id: 6 }, 'nonsense'];
    const results = await acceptInOrder(updates.slice(0, 6), accept);
    expect(tried.toSorted()).to.deep.equal([1, 2, 5, 6]);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'away'))).to.deep.equal([
      'away',
      2,
      5,
      6,
    ]);
    expect(await acceptInOrder(updates.slice(6), async () => 'read')).to.have.length(1);
  });
});
