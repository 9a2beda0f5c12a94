import { expect } from 'chai';
import { faultsOf as allFaults, readConfig } from '#lib/config/variables.ts';
import { gatewayVariables } from './config.ts';

const faultsOf = (env: Record<string, string>): string[] =>
  allFaults([gatewayVariables], env).map(({ variable }) => variable);

describe('the configuration of the edge', () => {
  it('needs nothing', () => {
    expect(readConfig(gatewayVariables, {})).to.include({ port: 8080, host: '127.0.0.1', behindTlsProxy: false });
    expect(faultsOf({})).to.deep.equal([]);
  });

  it('opens no plaintext port to the network', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'example.org']) {
      expect(faultsOf({ OTVET_HOST: host }), host).to.deep.equal(['OTVET_HOST']);
    }
    for (const host of ['localhost', '::1', '127.0.0.2']) expect(faultsOf({ OTVET_HOST: host })).to.deep.equal([]);
  });

  it('opens one with TLS files, or behind a proxy that ends TLS', () => {
    const tls = { OTVET_TLS_CERT_FILE: 'a.pem', OTVET_TLS_KEY_FILE: 'b.pem' };
    expect(faultsOf({ OTVET_HOST: '0.0.0.0', ...tls })).to.deep.equal([]);
    expect(faultsOf({ OTVET_HOST: '0.0.0.0', OTVET_BEHIND_TLS_PROXY: 'true' })).to.deep.equal([]);
  });

  it('wants both TLS files', () => {
    expect(faultsOf({ OTVET_TLS_CERT_FILE: 'a.pem' })).to.deep.equal(['OTVET_TLS_KEY_FILE']);
    expect(faultsOf({ OTVET_TLS_KEY_FILE: 'a.pem' })).to.deep.equal(['OTVET_TLS_CERT_FILE']);
  });

  it('is told all that is wrong at once', () => {
    expect(faultsOf({ OTVET_HOST: '0.0.0.0', OTVET_PORT: 'x' })).to.have.members(['OTVET_HOST', 'OTVET_PORT']);
  });

  it('takes several public addresses', () => {
    const config = readConfig(gatewayVariables, { OTVET_PUBLIC_URL: 'https://a.example/, http://b:81' });
    expect(config.publicUrls).to.deep.equal(['https://a.example', 'http://b:81']);
    for (const bad of ['a.example', 'https://a.example/path', 'ftp://a', 'https://u:p@a.example']) {
      expect(faultsOf({ OTVET_PUBLIC_URL: bad }), bad).to.deep.equal(['OTVET_PUBLIC_URL']);
    }
  });
});
