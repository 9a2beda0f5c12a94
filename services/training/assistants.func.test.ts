import { expect } from 'chai';
import { Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { principal, reasonOf, startHarness } from './training.harness.ts';

type Harness = Awaited<ReturnType<typeof startHarness>>;

describe('assistants', () => {
  let training: Harness;
  before(async () => {
    training = await startHarness();
    for (const id of ['bank', 'library', 'zoo']) await training.createAssistant(id);
  });
  after(() => training[Symbol.asyncDispose]());

  const asker = { principal: principal({ scopes: [Scope.ASK], assistants: ['assistants/library', 'assistants/zoo'] }) };

  it('are made once, however often the request is repeated', async () => {
    const request = { assistantId: 'shop', assistant: { displayName: 'Shop' }, requestId: 'r1' };
    const one = await training.assistants.createAssistant(request, training.owner);
    expect(await training.assistants.createAssistant(request, training.owner)).to.deep.equal(one);
    const other = { ...request, assistant: { displayName: 'Other' } };
    expect(await reasonOf(training.assistants.createAssistant(other, training.owner))).to.equal('REQUEST_ID_REUSED');
    const { requestId: _, ...unrepeatable } = request;
    expect(await reasonOf(training.assistants.createAssistant(unrepeatable, training.owner))).to.equal(
      'ASSISTANT_EXISTS',
    );
  });

  it('are listed as far as a caller may use them', async () => {
    const all = await training.assistants.listAssistants({}, training.owner);
    expect(all.assistants.map(({ name }) => name)).to.include.members([
      'assistants/bank',
      'assistants/library',
      'assistants/zoo',
    ]);
    const some = await training.assistants.listAssistants({ pageSize: 1 }, asker);
    expect(some.assistants.map(({ name }) => name)).to.deep.equal(['assistants/library']);
    const rest = await training.assistants.listAssistants({ pageSize: 100, pageToken: some.nextPageToken }, asker);
    expect(rest.assistants.map(({ name }) => name)).to.deep.equal(['assistants/zoo']);
  });

  it('show their persona to those who may read, not to those who may only ask', async () => {
    const name = 'assistants/library';
    const owned = await training.assistants.getAssistant({ name }, training.owner);
    expect(owned.assistant).to.include({ persona: 'Be brief.', displayName: 'Bank', activeRelease: '' });
    const asked = await training.assistants.getAssistant({ name }, asker);
    expect(asked.assistant).to.include({ persona: '', displayName: 'Bank' });
    expect(await reasonOf(training.assistants.getAssistant({ name: 'assistants/bank' }, asker))).to.equal(
      'ASSISTANT_NOT_ALLOWED',
    );
  });

  it('that are not there are named as such, and so is what they would hold', async () => {
    const { owner } = training;
    expect(await reasonOf(training.assistants.getAssistant({ name: 'assistants/none' }, owner))).to.equal(
      'ASSISTANT_NOT_FOUND',
    );
    expect(await reasonOf(training.beginImport('a.csv', 'q,a\nA?,1\n', { parent: 'assistants/none' }))).to.equal(
      'ASSISTANT_NOT_FOUND',
    );
    const dataset = (assistant: string) =>
      training.datasets.getDataset({ name: `assistants/${assistant}/datasets/d` }, owner);
    expect(await reasonOf(dataset('none'))).to.equal('ASSISTANT_NOT_FOUND');
    expect(await reasonOf(dataset('bank'))).to.equal('DATASET_NOT_FOUND');
    const imported = training.imports.getImport({ name: 'assistants/bank/imports/none' }, owner);
    expect(await reasonOf(imported)).to.equal('IMPORT_NOT_FOUND');
  });
});
