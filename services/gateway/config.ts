import * as shared from '#lib/config/shared.ts';
import {
  type ConfigFault,
  type ConfigOf,
  Fault,
  flag,
  integer,
  isLoopback,
  text,
  together,
  type Variable,
} from '#lib/config/variables.ts';

const variables = {
  dataDir: shared.dataDir,
  mongodbUrl: shared.mongodbUrl,
  natsUrl: shared.natsUrl,
  listenAddress: shared.listenAddress,
  address: shared.gatewayAddress,
  trainingAddress: shared.trainingAddress,
  conversationAddress: shared.conversationAddress,
  telegramAddress: shared.telegramAddress,
  port: integer('OTVET_PORT', 0, 65_535, {
    doc: 'The port of the chat page and the API. 0 takes a free one.',
    fallback: '8080',
  }),
  host: text('OTVET_HOST', {
    doc: 'The network address that OTVET_PORT is opened on. Any but a loopback address needs TLS: see OTVET_TLS_CERT_FILE and OTVET_BEHIND_TLS_PROXY.',
    fallback: '127.0.0.1',
  }),
  tlsCertFile: text('OTVET_TLS_CERT_FILE', {
    doc: 'A file with the certificate chain in PEM, to serve OTVET_PORT with TLS. Goes with OTVET_TLS_KEY_FILE.',
  }),
  tlsKeyFile: text('OTVET_TLS_KEY_FILE', {
    doc: 'A file with the private key of OTVET_TLS_CERT_FILE in PEM.',
  }),
  behindTlsProxy: flag('OTVET_BEHIND_TLS_PROXY', {
    doc: 'Set to true when a proxy in front of OTVET_PORT ends TLS: then a plain port may be opened beyond loopback, and cookies are marked Secure.',
    fallback: 'false',
  }),
  publicUrls: urls('OTVET_PUBLIC_URL', {
    doc: 'Where people reach the chat page and the API, such as https://ask.example.org; several with commas. Requests under other names than these and the machine itself are refused.',
  }),
  firstKeyFile: text('OTVET_FIRST_API_KEY_FILE', {
    doc: 'A file with an API key of your own making that has all rights from the first start on, such as a mounted secret: for deployments whose data folder does not last. Unset: the first start makes a key and writes it to `api-key` in the data folder.',
  }),
  chatQuestionsPerMinute: integer('OTVET_CHAT_QUESTIONS_PER_MINUTE', 0, 100_000, {
    doc: 'How many questions one visitor of the chat page may ask in a minute; 0 for no limit.',
    fallback: '30',
  }),
  keyQuestionsPerMinute: integer('OTVET_API_KEY_QUESTIONS_PER_MINUTE', 0, 10_000_000, {
    doc: 'How many questions the holder of one API key may ask in a minute; 0 for no limit.',
    fallback: '0',
  }),
};

/** What the gateway reads from the environment. */
export const gatewayVariables = together(variables, ['host', 'tlsCertFile', 'tlsKeyFile', 'behindTlsProxy'], checkEdge);

export type GatewayConfig = ConfigOf<typeof gatewayVariables>;

/** A plaintext port stays on this machine, and a certificate comes with its key. */
function checkEdge(
  config: Pick<ConfigOf<typeof variables>, 'host' | 'tlsCertFile' | 'tlsKeyFile' | 'behindTlsProxy'>,
): readonly ConfigFault[] {
  const faults: ConfigFault[] = [];
  const tls = config.tlsCertFile !== undefined && config.tlsKeyFile !== undefined;
  if ((config.tlsCertFile === undefined) !== (config.tlsKeyFile === undefined)) {
    const [missing, given] = config.tlsCertFile === undefined ? ['CERT', 'KEY'] : ['KEY', 'CERT'];
    faults.push({
      variable: `OTVET_TLS_${missing}_FILE`,
      problem: `must be set too when OTVET_TLS_${given}_FILE is`,
    });
  }
  if (!isLoopback(config.host) && !tls && !config.behindTlsProxy) {
    const problem =
      'opens a plaintext port to the network. Set OTVET_TLS_CERT_FILE and OTVET_TLS_KEY_FILE, or ' +
      'OTVET_BEHIND_TLS_PROXY=true where a proxy ends TLS, or keep to 127.0.0.1';
    faults.push({ variable: 'OTVET_HOST', problem });
  }
  return faults;
}

/** Addresses of web servers, separated by commas; without a path. */
function urls(name: string, declared: { readonly doc: string }): Variable<readonly string[]> {
  const expects = 'http(s) addresses without a path, separated by commas';
  return {
    name,
    doc: declared.doc,
    expects,
    secret: false,
    parse: (value) => {
      const parts = (value ?? '').split(',').map((part) => part.trim().replace(/\/$/, ''));
      const given = parts.filter((part) => part !== '');
      const bad = given.find((part) => !URL.canParse(part) || !/^https?:\/\/[^/?#@]+$/i.test(part));
      return bad === undefined ? given : new Fault(`must be ${expects} (one is ${JSON.stringify(bad.slice(0, 100))})`);
    },
  };
}
