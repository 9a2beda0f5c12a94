import { expect } from 'chai';
import { ownAddress } from '#lib/config/listen.ts';
import {
  address,
  addresses,
  bytes,
  ConfigError,
  faultsOf as checkedFaults,
  choice,
  duration,
  flag,
  integer,
  readConfig,
  text,
  together,
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

  it('takes several addresses of a service, and says which one is none', () => {
    const variables = { found: addresses('OTVET_X_ADDRESS', { doc: 'X.', fallback: '127.0.0.1:1' }) };
    const read = (value: string) => readConfig(variables, { OTVET_X_ADDRESS: value }).found;
    expect(read('')).to.equal('127.0.0.1:1');
    expect(read('a.example:1, [::1]:2,a.example:1')).to.equal('a.example:1,[::1]:2');
    expect(() => read('a.example:1,b')).to.throw(
      'OTVET_X_ADDRESS: must be host:port, or several separated by commas (it is "b")',
    );
    expect(() => read('a.example:1,')).to.throw('(it is "")');
  });

  it('asks a replica among several where it listens itself', () => {
    const variable = { name: 'OTVET_X_ADDRESS' };
    expect(ownAddress(undefined, variable, 'x:1')).to.equal('x:1');
    expect(ownAddress('0.0.0.0:7', variable, 'x:1,x:2')).to.equal('0.0.0.0:7');
    expect(() => ownAddress(undefined, variable, 'x:1,x:2')).to.throw(
      ConfigError,
      'OTVET_LISTEN_ADDRESS: must be set where OTVET_X_ADDRESS names several addresses',
    );
  });

  it('tells what variables are not together at once with what each is not', () => {
    const group = together(variables, ['port', 'proxied'], ({ port, proxied }) =>
      proxied && port === 80 ? [{ variable: 'OTVET_PORT', problem: 'is the proxy itself' }] : [],
    );
    const faults = (env: Record<string, string>) =>
      checkedFaults([group, { ...group }], env).map(({ variable, problem }) => `${variable}: ${problem}`);
    const env = { OTVET_PORT: '80', OTVET_PROXIED: 'true' };
    expect(faults(env)).to.deep.equal(['OTVET_PORT: is the proxy itself']);
    expect(faults({ ...env, OTVET_WAIT: '5 h' })).to.have.length(2);
    expect(faults({ ...env, OTVET_PROXIED: 'maybe' })).to.have.length(1);
    expect(readConfig(group, { OTVET_PORT: '80' })).to.include({ port: 80, proxied: false });
  });

  it('takes plain http to this machine itself', () => {
    expect(readConfig(variables, { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1/' }).model).to.equal(
      'http://127.0.0.1:9/v1',
    );
  });
});
