import { expect } from 'chai';
import {
  address,
  bytes,
  ConfigError,
  choice,
  duration,
  flag,
  integer,
  readConfig,
  text,
  url,
} from '#lib/config/variables.ts';

describe('configuration', () => {
  const variables = {
    port: integer('OTVET_PORT', 0, 65_535, { doc: 'Port.', fallback: '8080' }),
    wait: duration('OTVET_WAIT', { doc: 'Wait.', fallback: '30s' }),
    memory: bytes('OTVET_MEMORY', { doc: 'Memory.', fallback: '256MiB' }),
    mode: choice('OTVET_MODE', ['poll', 'webhook'], { doc: 'Mode.', fallback: 'poll' }),
    model: url('OPENAI_BASE_URL', { doc: 'Model.' }),
    peer: address('OTVET_PEER', { doc: 'Peer.', fallback: '127.0.0.1:0' }),
    proxied: flag('OTVET_PROXIED', { doc: 'Proxied.', fallback: 'false' }),
    key: text('OPENAI_API_KEY', { doc: 'Key.', secret: true }),
  };

  it('takes defaults for what is unset or empty', () => {
    const config = readConfig(variables, { OTVET_WAIT: '' });
    expect(config).to.deep.equal({
      port: 8080,
      wait: 30_000,
      memory: 268_435_456,
      mode: 'poll',
      model: undefined,
      peer: '127.0.0.1:0',
      proxied: false,
      key: undefined,
    });
  });

  it('reports all faults at once, by variable, with what is expected', () => {
    const env = {
      OTVET_PORT: '80x',
      OTVET_WAIT: '3 days',
      OPENAI_BASE_URL: 'http://models.example.org',
      OTVET_PEER: 'nowhere',
    };
    expect(() => readConfig(variables, env))
      .to.throw(ConfigError)
      .with.property('faults')
      .that.deep.equals([
        { variable: 'OTVET_PORT', problem: 'must be a whole number, 0 to 65535 (it is "80x")' },
        { variable: 'OTVET_WAIT', problem: 'must be a span of time such as 250ms, 30s, 5m or 2h (it is "3 days")' },
        {
          variable: 'OPENAI_BASE_URL',
          problem: 'must be an https address (plain http on loopback only) (it is "http://models.example.org")',
        },
        { variable: 'OTVET_PEER', problem: 'must be host:port (it is "nowhere")' },
      ]);
  });

  it('takes plain http to this machine itself', () => {
    expect(readConfig(variables, { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1/' }).model).to.equal(
      'http://127.0.0.1:9/v1',
    );
  });
});
