import {
  address,
  addresses,
  choice,
  connection,
  duration,
  name,
  secretKeys,
  text,
  url,
} from '#lib/config/variables.ts';

/** Variables that several services read. Each service spreads those that it needs into its own. */

export const dataDir = text('OTVET_DATA_DIR', {
  doc: 'The folder of the embedded stores, certificates and the first API key. Made with mode 0700; its files have mode 0600.',
  fallback: './data',
});

export const mongodbUrl = connection('OTVET_MONGODB_URL', ['mongodb', 'mongodb+srv'], {
  doc: 'The MongoDB (a replica set) that keeps the data, in a database for each service. Its path begins their names (`otvet` where it has none). Unset: files in the data folder, which one process of a service holds alone.',
});

export const natsUrl = connection('OTVET_NATS_URL', ['nats', 'tls'], {
  doc: 'The NATS server with JetStream, or several with commas between them, that carries events. Unset: each service follows the feeds of the others.',
});

export const secretKey = secretKeys('OTVET_SECRET_KEY', {
  doc: 'What secrets in the store are sealed with, such as the tokens of bots that are added at run time: 32 bytes in base64, as `npx otvet secret-key` prints them. Several with commas between them: the first one seals, all of them open. Prefer OTVET_SECRET_KEY_FILE.',
});

export const secretKeyFile = text('OTVET_SECRET_KEY_FILE', {
  doc: 'A file with such keys, one a line, the newest first. Unset, with OTVET_SECRET_KEY unset: bots cannot be added at run time.',
});

export const logLevel = choice('OTVET_LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], {
  doc: 'The least severe log lines to print, as JSON on standard output.',
  fallback: 'info',
});

export const listenAddress = address('OTVET_LISTEN_ADDRESS', {
  doc: "Where this process's gRPC server listens. Unset: at its service's own address below, which several replicas cannot share. One process for all uses free loopback ports instead.",
});

export const llmAddress = addresses('OTVET_LLM_ADDRESS', {
  doc: 'Where conversation finds the llm service, and where that listens unless OTVET_LISTEN_ADDRESS is set. Calls go to all of several addresses in turn, and to all that a name stands for.',
  fallback: '127.0.0.1:7101',
});

export const trainingAddress = addresses('OTVET_TRAINING_ADDRESS', {
  doc: 'Where the others find the training service, and where that listens unless OTVET_LISTEN_ADDRESS is set.',
  fallback: '127.0.0.1:7102',
});

export const conversationAddress = addresses('OTVET_CONVERSATION_ADDRESS', {
  doc: 'Where the others find the conversation service, and where that listens unless OTVET_LISTEN_ADDRESS is set.',
  fallback: '127.0.0.1:7103',
});

export const telegramAddress = addresses('OTVET_TELEGRAM_ADDRESS', {
  doc: 'Where gateway finds the telegram-adapter service, and where that listens for gRPC unless OTVET_LISTEN_ADDRESS is set.',
  fallback: '127.0.0.1:7104',
});

export const gatewayAddress = addresses('OTVET_GATEWAY_ADDRESS', {
  doc: 'Where the gateway service listens for gRPC from other services (health and reflection) unless OTVET_LISTEN_ADDRESS is set. People and partners use OTVET_PORT.',
  fallback: '127.0.0.1:7105',
});

export const identity = choice('OTVET_IDENTITY', ['mtls', 'xfcc'], {
  doc: 'How services know each other. `mtls`: by their certificates. `xfcc`: by the x-forwarded-client-cert header of a sidecar that ends mutual TLS for them, in a service mesh; the service must be reachable through its sidecar only.',
  fallback: 'mtls',
});

export const trustDomain = name(
  'OTVET_TRUST_DOMAIN',
  /^[a-z0-9._-]{1,255}$/,
  'lower-case letters, digits, dots, hyphens',
  {
    doc: 'The trust domain of the names of services, spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE. Who is of another one is refused. For OTVET_MTLS_CERT_FILE and `xfcc`.',
    fallback: 'otvet.local',
  },
);

export const namespace = name('OTVET_NAMESPACE', /^[a-z0-9-]{1,63}$/, 'lower-case letters, digits, hyphens', {
  doc: 'The namespace in the names of services. Who is of another one is refused.',
  fallback: 'otvet',
});

export const mtlsCertFile = text('OTVET_MTLS_CERT_FILE', {
  doc: 'A file with the certificate chain of this service in PEM, for a process of one service. Read again when it changes. Goes with OTVET_MTLS_KEY_FILE and OTVET_MTLS_CA_FILE. Unset: Otvet makes certificates itself, for processes that share OTVET_DATA_DIR.',
});

export const mtlsKeyFile = text('OTVET_MTLS_KEY_FILE', {
  doc: 'A file with the private key of that certificate in PEM, without a passphrase.',
});

export const mtlsCaFile = text('OTVET_MTLS_CA_FILE', {
  doc: 'A file with the certificates of the authorities that are believed, in PEM.',
});

export const stopGrace = duration('OTVET_STOP_GRACE', {
  doc: 'How long a process that is told to stop lets calls finish. Give it less than what kills the process in the end.',
  fallback: '1500ms',
});

export const drainDelay = duration('OTVET_DRAIN_DELAY', {
  doc: 'How long a process that is told to stop goes on taking calls while it says that it is not ready, so that balancers hear of it first.',
  fallback: '0ms',
});

export const adminAddress = address('OTVET_ADMIN_ADDRESS', {
  doc: 'Where /livez, /readyz and /metrics are served, in plain HTTP. Keep it off public networks.',
  fallback: '127.0.0.1:8081',
});

export const traces = choice('OTVET_TRACES', ['off', 'console'], {
  doc: 'Prints each finished span as a line of JSON, for a look without a collector.',
  fallback: 'off',
});

export const otlpEndpoint = url('OTEL_EXPORTER_OTLP_ENDPOINT', {
  doc: 'The OpenTelemetry collector that spans are sent to. The other OTEL_ variables of the SDK hold too.',
  plain: 'anywhere',
});
