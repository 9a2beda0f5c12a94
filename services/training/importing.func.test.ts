import { expect } from 'chai';
import { Example_State } from '#gen/otvet/training/v1/dataset_pb.ts';
import { Import_State } from '#gen/otvet/training/v1/import_pb.ts';
import { reasonOf, startHarness } from './training.harness.ts';

type Harness = Awaited<ReturnType<typeof startHarness>>;

describe('importing files', () => {
  let training: Harness;
  before(async () => {
    training = await startHarness();
    await training.createAssistant();
  });
  after(() => training[Symbol.asyncDispose]());

  const found = async (question: string, kind: 'example' | 'passage') =>
    (await training.activeRelease()).search(question, { kind, limit: 1 })[0]?.passage;

  it('teaches from a CSV file and reports its bad rows', async () => {
    const csv =
      'question,answer,tags\nHow do I block my card?,Call us.,"card, loss"\nragged\nWhere is my PIN?,In the app.,\n';
    const done = await training.import('faq.csv', csv);
    expect(done).to.include({ state: Import_State.RELEASED, rowCount: 3, acceptedCount: 2, rejectedCount: 1 });
    expect(done).to.include({ progressPercent: 100, dataset: 'assistants/bank/datasets/faq', failureReason: '' });
    expect(done.rejectedRows).to.have.length(1);
    expect(done.rejectedRows[0]).to.include({ row: 2, reason: 'the row has 1 cells; 3 are expected' });
    expect(await found('block my card', 'example')).to.include({
      question: 'How do I block my card?',
      text: 'Call us.',
      title: 'faq.csv',
      locator: 'row 1',
      locale: 'en',
    });
    const parent = 'assistants/bank/datasets/faq';
    const { examples } = await training.datasets.listExamples({ parent }, training.owner);
    const example = examples.find(({ answer }) => answer === 'Call us.');
    expect(example).to.deep.include({ tags: ['card', 'loss'], state: Example_State.APPROVED });
    expect(example?.provenance).to.include({ import: done.name, file: 'faq.csv', row: 1 });
    const { dataset } = await training.datasets.getDataset({ name: parent }, training.owner);
    expect(dataset).to.include({ name: parent, exampleCount: 2, documentCount: 0 });
  });

  it('teaches from JSON Lines', async () => {
    const jsonl =
      '{"question":"Как закрыть счёт?","answer":"В приложении."}\n{"messages":[{"role":"user","content":"Do you lend money?"},{"role":"assistant","content":"We do."}]}\n';
    expect(await training.import('more.jsonl', jsonl)).to.include({ state: Import_State.RELEASED, acceptedCount: 2 });
    expect(await found('закрыть счёт', 'example')).to.include({ text: 'В приложении.', locale: 'ru' });
    expect(await found('lend money', 'example')).to.include({ text: 'We do.' });
  });

  it('teaches from Markdown and from plain text, in passages', async () => {
    const markdown = '# Fees\n\nTransfers are free.\n\n## Abroad\n\nWithdrawals abroad cost two percent.\n';
    expect(await training.import('docs/fees.md', markdown)).to.include({ state: Import_State.RELEASED, rowCount: 1 });
    const passage = await found('withdrawals abroad', 'passage');
    expect(passage).to.include({ title: 'Fees', text: 'Withdrawals abroad cost two percent.' });
    expect(passage?.locator).to.contain('Abroad');
    const { documents } = await training.datasets.listDocuments(
      { parent: 'assistants/bank/datasets/fees' },
      training.owner,
    );
    expect(documents).to.have.length(1);
    expect(documents[0]).to.include({ name: passage?.source, title: 'Fees', locale: 'en', version: passage?.version });
    await training.import('часы.txt', 'Отделение открыто с девяти до шести.', { datasetId: 'hours' });
    expect(await found('когда открыто отделение', 'passage')).to.include({ title: 'часы', locale: 'ru' });
  });

  it('replaces an answer when its question comes again, and makes no release of nothing new', async () => {
    const first = await training.import('faq.csv', 'question,answer\nhow do i  block my card?,Press Block.\n');
    expect(
      (await training.activeRelease())
        .search('block my card', { kind: 'example', limit: 5 })
        .map(({ passage }) => passage.text),
    )
      .to.contain('Press Block.')
      .and.not.contain('Call us.');
    const again = await training.import('faq.csv', 'question,answer\nhow do i  block my card?,Press Block.\n');
    expect(again.release).to.equal(first.release);
  });

  it('replaces a document as a whole', async () => {
    await training.import('docs/fees.md', '# Fees\n\nEverything is free now.\n');
    const release = await training.activeRelease();
    expect(
      release.search('withdrawals abroad cost', { kind: 'passage', limit: 5 }).map(({ passage }) => passage.text),
    ).to.not.contain('Withdrawals abroad cost two percent.');
    const { documents } = await training.datasets.listDocuments(
      { parent: 'assistants/bank/datasets/fees' },
      training.owner,
    );
    expect(documents.map(({ passageCount }) => passageCount)).to.deep.equal([1]);
  });

  it('takes the same request once and refuses its id for another file', async () => {
    const one = await training.beginImport('a.csv', 'question,answer\nA?,1\n', { requestId: 'r1' });
    const two = await training.beginImport('a.csv', 'question,answer\nA?,1\n', { requestId: 'r1' });
    expect(two.name).to.equal(one.name);
    expect(await reasonOf(training.beginImport('a.csv', 'question,answer\nA?,2\n', { requestId: 'r1' }))).to.equal(
      'REQUEST_ID_REUSED',
    );
    await training.settled(one);
  });

  it('keeps what was good when a file is refused, and says why', async () => {
    const reasons: Record<string, [string, string | Uint8Array]> = {
      FILE_EMPTY: ['a.csv', ''],
      FILE_FORMAT_UNKNOWN: ['a.csv', '%PDF-1.7 and so on'],
      FILE_ENCODING_UNKNOWN: ['a.csv', new Uint8Array([0x41, 0x2c, 0xe0, 0x0a])],
    };
    for (const [reason, [file, content]] of Object.entries(reasons)) {
      expect(await reasonOf(training.beginImport(file, content)), reason).to.equal(reason);
    }
    const columns = await training.import('columns.csv', 'id,name,place\n1,2,3\n');
    expect(columns).to.include({ state: Import_State.FAILED, failureReason: 'FILE_COLUMNS_MISSING', acceptedCount: 0 });
    const rows = await training.import('rows.csv', 'question,answer\n,1\nA?,\n');
    expect(rows).to.include({ state: Import_State.FAILED, failureReason: 'FILE_ROWS_REJECTED', rejectedCount: 2 });
    expect(rows.rejectedRows.map(({ reason }) => reason)).to.deep.equal(['there is no question', 'there is no answer']);
    expect(await found('block my card', 'example')).to.include({ text: 'Press Block.' });
  });

  it('keeps the first hundred rejected rows and counts all', async () => {
    const done = await training.import('bad.csv', `question,answer\n${'x\n'.repeat(250)}Fine?,Yes.\n`);
    expect(done).to.include({ state: Import_State.RELEASED, acceptedCount: 1, rejectedCount: 250 });
    expect(done.rejectedRows).to.have.length(100);
  });

  it('strips what hides in a text, and takes NUL bytes out', async () => {
    await training.import('hidden.csv', 'question,answer\nIs it s\u200bafe?,Ye\u0000s\u202e.\n');
    expect(await found('is it safe', 'example')).to.include({ question: 'Is it safe?', text: 'Yes.' });
  });

  it('lists imports, the newest first, page by page', async () => {
    const parent = 'assistants/bank';
    const first = await training.imports.listImports({ parent, pageSize: 3 }, training.owner);
    const second = await training.imports.listImports(
      { parent, pageSize: 3, pageToken: first.nextPageToken },
      training.owner,
    );
    const names = [...first.imports, ...second.imports].map(({ name }) => name);
    expect(names).to.have.length(6);
    expect(names).to.deep.equal([...names].sort().reverse());
    const token = { pageToken: first.nextPageToken };
    expect(await reasonOf(training.datasets.listDatasets({ parent, ...token }, training.owner))).to.equal(
      'PAGE_TOKEN_INVALID',
    );
  });
});
