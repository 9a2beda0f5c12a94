import { expect } from 'chai';
import { LoggableError } from '#lib/telemetry/error.ts';
import { createLogger, type Logger } from '#lib/telemetry/log.ts';

describe('a log line', () => {
  let lines: string[];
  let log: Logger;
  beforeEach(() => {
    lines = [];
    log = createLogger({ level: 'info', service: 'llm', destination: { write: (line) => lines.push(line) } });
  });

  it('is one JSON object, with level, time and service', () => {
    log.info({ address: '127.0.0.1:7101' }, 'started');
    log.debug('not shown');
    expect(lines).to.have.length(1);
    const line = JSON.parse(lines[0] as string);
    expect(line).to.include({ level: 'info', service: 'llm', msg: 'started', address: '127.0.0.1:7101' });
    expect(Date.parse(line.time)).to.be.closeTo(Date.now(), 60_000);
  });

  it('shows nothing under the names of secrets and texts', () => {
    log.info({ token: 'hunter2', request: { apiKey: 'hunter2', question: 'hunter2', answer: 'hunter2' } }, 'seen');
    log.child({ password: 'hunter2' }).info('seen');
    expect(lines.join()).not.to.include('hunter2');
  });

  it('shows an error by type, code and place, without a message that may quote people', () => {
    let parsing: unknown;
    try {
      JSON.parse('my salary is 5');
    } catch (error) {
      parsing = error;
    }
    log.error({ err: new Error('they wrote hunter2', { cause: parsing }) }, 'failed');
    expect(lines[0]).not.to.match(/hunter2|salary/);
    const { err } = JSON.parse(lines[0] as string);
    expect(err.type).to.equal('Error');
    expect(err.stack).to.include('log.test.ts');
    expect(err.cause.type).to.equal('SyntaxError');
  });

  it('keeps messages of the runtime and of machines about machines', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    });
    const cause = new LoggableError('the peer is not llm');
    log.error({ err: new Error('hidden', { cause: refused }) }, 'failed');
    log.error({ err: new Error('hidden', { cause }) }, 'failed');
    log.error({ err: new TypeError('x is not a function') }, 'failed');
    expect(lines[0]).to.include('ECONNREFUSED 127.0.0.1:1');
    expect(lines[1]).to.include('the peer is not llm');
    expect(lines[2]).to.include('x is not a function');
    expect(lines.join()).not.to.include('hidden');
  });

  it('is written for whatever was thrown', () => {
    const circle = new Error('a');
    circle.cause = circle;
    for (const thrown of [undefined, null, 'hunter2', { secret: 'hunter2' }, circle]) log.error({ err: thrown }, 'odd');
    expect(lines).to.have.length(5);
    expect(lines.join()).not.to.include('hunter2');
  });
});
