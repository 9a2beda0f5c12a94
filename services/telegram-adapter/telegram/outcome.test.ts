import { expect } from 'chai';
import { NetworkError, TelegramApiError } from 'node-telegram-bot-api';
import { NotSentError } from './connection.ts';
import { troubleOf } from './outcome.ts';

const kindOf = (code: number, description: string): string => troubleOf(new TelegramApiError(code, description)).kind;

describe('what an error of the Bot API means', () => {
  it('is known by its code and words', () => {
    expect(kindOf(400, 'Bad Request: message is not modified: specified new message content')).to.equal('unchanged');
    expect(kindOf(400, "Bad Request: can't parse entities: Unsupported start tag")).to.equal('unparsable');
    expect(kindOf(400, 'Bad Request: message to edit not found')).to.equal('gone');
    expect(kindOf(400, 'Bad Request: chat not found')).to.equal('forbidden');
    expect(kindOf(400, 'Bad Request: message is too long')).to.equal('refused');
    expect(kindOf(403, 'Forbidden: bot was blocked by the user')).to.equal('forbidden');
    expect(kindOf(401, 'Unauthorized')).to.equal('unauthorized');
    expect(kindOf(500, 'Internal Server Error')).to.equal('undone');
  });

  it('tells how long to be silent', () => {
    const error = new TelegramApiError(429, 'Too Many Requests: retry after 7', { retry_after: 7 });
    expect(troubleOf(error)).to.deep.equal({ kind: 'flood', retryAfterMs: 7000 });
  });

  it('tells a webhook from another poller', () => {
    expect(
      troubleOf(new TelegramApiError(409, "Conflict: can't use getUpdates while webhook is active")),
    ).to.deep.equal({
      kind: 'conflict',
      webhook: true,
    });
    expect(troubleOf(new TelegramApiError(409, 'Conflict: terminated by other getUpdates request'))).to.deep.include({
      webhook: false,
    });
  });

  it('tells what was certainly not sent from what may have been', () => {
    const refused = new NetworkError('Network request failed: sendMessage', {
      cause: new NotSentError('ECONNREFUSED'),
    });
    expect(troubleOf(refused)).to.deep.equal({ kind: 'undone', problem: 'ECONNREFUSED' });
    const cut = Object.assign(new Error('read ECONNRESET https://secret'), { code: 'ECONNRESET' });
    expect(troubleOf(new NetworkError('failed', { cause: cut }))).to.deep.equal({
      kind: 'lost',
      problem: 'ECONNRESET',
    });
    expect(troubleOf(new NetworkError('Server error 502 on sendMessage'))).to.deep.equal({
      kind: 'lost',
      problem: 'Server error 502',
    });
  });
});
