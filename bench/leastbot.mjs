// The least bot that could answer: it polls Telegram, asks the model, sends the answer. It keeps nothing, streams nothing to
// the person, survives nothing. What it costs is what any bot costs; the bench sets Otvet's cost beside it.
//
// OTVET_TELEGRAM_API_URL, OTVET_TELEGRAM_TOKEN, OPENAI_BASE_URL, OPENAI_MODEL say where and which. With LEASTBOT_STREAM=1 it reads the
// model's answer as a stream. Forked with IPC, it answers any message with its CPU time so far, in milliseconds.
import http from 'node:http';
import https from 'node:https';

const {
  OTVET_TELEGRAM_API_URL: telegram = 'https://api.telegram.org',
  OTVET_TELEGRAM_TOKEN: token,
  OPENAI_BASE_URL: provider = 'https://api.openai.com/v1',
  OPENAI_API_KEY: key = 'none',
  OPENAI_MODEL: model = 'test-model',
  LEASTBOT_STREAM: streaming,
} = process.env;

const telegramUrl = new URL(`${telegram}/bot${token}/`);
const providerUrl = new URL(`${provider}/chat/completions`);
const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };

/** Posts JSON and gives the body as text. */
function post(url, path, content, authorization) {
  const body = JSON.stringify(content);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  if (authorization) headers.authorization = authorization;
  const { protocol, hostname, port } = url;
  const options = { method: 'POST', agent: agents[protocol], hostname, port, path: url.pathname + path, headers };
  return new Promise((resolve, reject) => {
    const request = (protocol === 'https:' ? https : http).request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function ask(question) {
  const messages = [{ role: 'user', content: question }];
  const text = await post(providerUrl, '', { model, messages, stream: streaming === '1' }, `Bearer ${key}`);
  if (streaming !== '1') return JSON.parse(text).choices[0].message.content;
  let answer = '';
  for (const line of text.split('\n')) {
    if (!line.startsWith('data: {')) continue;
    answer += JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? '';
  }
  return answer;
}

async function answer({ chat, text }) {
  await post(telegramUrl, 'sendMessage', { chat_id: chat.id, text: await ask(text) });
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send((user + system) / 1000);
});
// The parent has gone or lets go.
process.once('disconnect', () => process.exit());

for (let offset = 0; ; ) {
  const { result } = JSON.parse(await post(telegramUrl, 'getUpdates', { offset, timeout: 30 }));
  for (const { update_id, message } of result) {
    offset = update_id + 1;
    if (message?.text) answer(message).catch((error) => process.stderr.write(`${error}\n`));
  }
}
