import { expect } from 'chai';
import { MongoNetworkError, MongoNetworkTimeoutError, MongoServerError, MongoWriteConcernError } from 'mongodb';
import { unavailable } from '#lib/documents/mongo/failures.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';

describe('what an operator is told of MongoDB', () => {
  const server = (code: number, codeName: string): MongoServerError =>
    new MongoServerError({ code, codeName, message: 'quotes {_id: "a person"}' });
  const cut = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const unconfirmed = new MongoWriteConcernError({
    ok: 1,
    writeConcernError: { code: 64, codeName: 'WriteConcernTimeout', errmsg: 'quotes {_id: "a person"}' },
  });

  for (const [error, words] of [
    [server(18, 'AuthenticationFailed'), /refuses the user name or the password of OTVET_MONGODB_URL/],
    [server(13, 'Unauthorized'), /the role readWrite/],
    [server(14_031, 'OutOfDiskSpace'), /its disk is full/],
    [server(10_107, 'NotWritablePrimary'), /no server that takes writes now \(NotWritablePrimary\)/],
    [server(11_602, 'InterruptedDueToReplStateChange'), /no server that takes writes now/],
    [server(91, 'ShutdownInProgress'), /no server that takes writes now/],
    [server(8, 'UnknownError'), /failed \(UnknownError\)/],
    [new MongoNetworkError('x', { cause: cut }), /cannot be reached, or broke the connection \(ECONNREFUSED\)/],
    [Object.assign(new Error('x'), { code: 'EPIPE' }), /broke the connection \(EPIPE\)/],
    [new MongoNetworkTimeoutError('x'), /did not answer in time/],
    [unconfirmed, /did not confirm a write in time; whether it is done is not known/],
  ] as const) {
    it(`${error.name}: ${words.source}`, () => {
      const told = unavailable(error, 'db.example:27017') as StoreUnavailable;
      expect(told).to.be.instanceOf(StoreUnavailable);
      expect(told.message)
        .to.match(words)
        .and.match(/^MongoDB at db\.example:27017 /)
        .and.not.include('a person');
    });
  }

  it('passes on what is no failure of MongoDB', () => {
    const fault = new TypeError('a fault of ours');
    expect(unavailable(fault, 'host')).to.equal(fault);
  });
});
