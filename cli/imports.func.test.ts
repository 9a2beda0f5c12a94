import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { expect } from 'chai';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { Import_State, type ImportSchema } from '#gen/otvet/training/v1/import_pb.ts';
import { type CreateImportRequest, ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import { refusal, runForTest, startTestServer, type TestServer } from './server-for-test.ts';

type Import = MessageInitShape<typeof ImportSchema>;

describe('otvet import', () => {
  let folder: string;
  let server: TestServer;
  let created: CreateImportRequest[];
  /** What becomes of a file, by its name. */
  let fates: Record<string, Import | Error>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'otvet-cli-'));
    created = [];
    fates = {};
    const looks = new Map<string, number>();
    server = await startTestServer((router) => {
      router.service(AssistantService, { listAssistants: () => ({ assistants: [{ name: 'assistants/hotel' }] }) });
      router.service(ImportService, {
        createImport: (request) => {
          created.push(request);
          const fate = fates[request.file];
          if (fate instanceof Error) throw fate;
          return { import: { name: `assistants/hotel/imports/i${created.length - 1}`, state: Import_State.READING } };
        },
        getImport: ({ name }) => {
          const request = created[Number(name.split('/i').at(-1))] as CreateImportRequest;
          const look = (looks.get(name) ?? 0) + 1;
          looks.set(name, look);
          const dataset = `${request.parent}/datasets/${request.datasetId || 'auto'}`;
          if (look === 1)
            return { import: { name, dataset, state: Import_State.TRAINING, rowCount: 2, acceptedCount: 2 } };
          const end = { state: Import_State.RELEASED, rowCount: 2, acceptedCount: 2 };
          return { import: { name, dataset, file: request.file, ...end, ...(fates[request.file] as Import) } };
        },
      });
    });
  });

  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const put = async (name: string, text = 'question,answer\na,b\nc,d\n'): Promise<string> => {
    const path = join(folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
    return path;
  };

  it('sends a file, waits until it is released, and says how many rows were taken', async () => {
    const { exit, out, err } = await server.run('import', await put('faq.csv'), '--dataset', 'bank', '--locale', 'en');
    expect({ exit, err }).to.deep.equal({ exit: 0, err: '' });
    expect(out).to.equal('✓ faq.csv → bank: 2 taken\n2 taken\n');
    expect(created[0]).to.include({ parent: 'assistants/hotel', file: 'faq.csv', datasetId: 'bank', locale: 'en' });
    expect(Buffer.from(created[0]?.content ?? []).toString()).to.equal('question,answer\na,b\nc,d\n');
  });

  it('takes a folder all the way down, without what cannot be imported', async () => {
    for (const name of [
      'Hand Book/a.md',
      'Hand Book/deep/b.TXT',
      'Hand Book/c.pdf',
      'Hand Book/.git/d.md',
      'Hand Book/node_modules/e.md',
    ]) {
      await put(name, '# Title\n\nText.');
    }
    const { exit } = await server.run('import', join(folder, 'Hand Book'));
    expect(exit).to.equal(0);
    expect(created.map(({ file, datasetId }) => `${datasetId}: ${file}`).sort()).to.deep.equal([
      'hand-book: a.md',
      'hand-book: deep/b.TXT',
    ]);
  });

  it('lists rejected rows by file and row, and exits with 6', async () => {
    fates['faq.csv'] = {
      rowCount: 4,
      acceptedCount: 1,
      rejectedCount: 3,
      rejectedRows: [{ row: 2, reason: 'the answer is empty' }],
    };
    const { exit, out } = await server.run('import', await put('faq.csv'));
    expect(exit).to.equal(6);
    expect(out).to.include('    faq.csv row 2: the answer is empty\n    and 2 more rows\n1 taken, 3 rejected\n');
  });

  it('goes on with the other files when one is refused or fails, and exits with 1', async () => {
    fates['bad.csv'] = refusal(Code.InvalidArgument, 'FILE_EMPTY', 'the file holds nothing');
    fates['run.csv'] = { state: Import_State.FAILED, acceptedCount: 0, failureMessage: 'the header lacks a column' };
    const paths = [await put('bad.csv', ''), await put('run.csv'), await put('good.csv')];
    const { exit, out } = await server.run('import', ...paths);
    expect(exit).to.equal(1);
    expect(out).to.include('✗ bad.csv: the file holds nothing\n');
    expect(out).to.include('run.csv → auto: the header lacks a column\n');
    expect(out).to.include('✓ good.csv → auto: 2 taken\n');
    expect(out).to.match(/2 taken, 2 of 3 files failed\n$/);
  });

  it('prints one JSON object for scripts', async () => {
    fates['faq.csv'] = {
      rowCount: 3,
      acceptedCount: 2,
      rejectedCount: 1,
      rejectedRows: [{ row: 3, reason: 'ragged' }],
      release: 'r',
    };
    const { exit, out } = await server.run('import', '--json', await put('faq.csv'));
    expect(exit).to.equal(6);
    const told = JSON.parse(out);
    expect(told).to.include({ accepted: 2, rejected: 1 });
    expect(told.imports[0]).to.deep.include({
      file: 'faq.csv',
      state: 'released',
      rejectedRows: [{ row: 3, reason: 'ragged' }],
    });
  });

  it('shows a progress bar on a terminal only', async () => {
    const env = { OTVET_URL: server.url, OTVET_API_KEY: 'k' };
    const { err } = await runForTest(['import', await put('faq.csv')], env, { isTTY: true });
    expect(err)
      .to.match(/Importing ░+ 0 %/)
      .and.to.match(/90 %.*training/);
    expect(err.endsWith('\r\u001b[K'), 'the line is taken away at the end').to.equal(true);
  });

  it('tells what is wrong with its arguments before it calls anybody', async () => {
    const cases: [string[], RegExp][] = [
      [[join(folder, 'nothing.csv')], /nothing\.csv: no such file or folder/],
      [[folder], /nothing to import: no file ends in \.csv/],
      [[folder, '--dataset', 'Mein Datensatz'], /--dataset: lower-case letters/],
      [[folder, '--locale', 'Russian!'], /--locale: a language such as ru/],
    ];
    for (const [argv, words] of cases) {
      const { exit, err } = await server.run('import', ...argv);
      expect(exit).to.equal(2);
      expect(err).to.match(words);
    }
    expect(created).to.deep.equal([]);
  });

  it('stops waiting on Ctrl-C and says what goes on', async () => {
    const interrupt = new AbortController();
    fates['faq.csv'] = { state: Import_State.TRAINING };
    setTimeout(() => interrupt.abort(), 300);
    const env = { OTVET_URL: server.url, OTVET_API_KEY: 'k' };
    const { exit, err } = await runForTest(['import', await put('faq.csv')], env, { interrupted: interrupt.signal });
    expect(exit).to.equal(130);
    expect(err).to.match(/Stopped waiting/);
  });
});
