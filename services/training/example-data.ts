import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { AssistantSchema } from '#gen/otvet/training/v1/assistant_pb.ts';
import { CreateAssistantRequestSchema } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { createAssistant } from './assistant-service.ts';
import { acceptImport, type ImportIntakeParts } from './import-intake.ts';

/** Who makes example data, where callers have the name of their realm. */
const REALM = 'examples';

/** An organisation's folder: assistant.json, tables of questions beside it, documents/{language}/*.md. */
interface Organisation {
  readonly folder: string;
  readonly id: string;
  readonly assistant: JsonValue;
}

/**
 * Fills an empty store with the organisations of a folder, and finishes a filling that was interrupted; a store that
 * holds anything else stays as it is.
 */
export async function loadExampleData(folder: string, parts: ImportIntakeParts, log: Logger): Promise<void> {
  const { assistants } = parts;
  const any = await assistants.find({ index: 'key', limit: 1 });
  const unfinished = await assistants.find({ index: 'loading', limit: 100 });
  if (any.documents.length > 0 && unfinished.documents.length === 0) return;
  const organisations = await organisationsIn(folder);
  // All are made before the first is finished, so that one that is loading tells that the others may be missing.
  for (const { id, assistant } of organisations) {
    if ((await assistants.get(id)) !== undefined) continue;
    const request = create(CreateAssistantRequestSchema, {
      assistantId: id,
      assistant: fromJson(AssistantSchema, assistant),
    });
    // By a request of its own, so that processes that start at the same time make one.
    await createAssistant(request, `${REALM} ${id}`, parts, REALM);
  }
  for (const organisation of organisations) {
    if ((await assistants.get(organisation.id))?.loading === undefined) continue;
    const files = await importFiles(organisation, parts);
    await assistants.update(organisation.id, {}, { unset: ['loading'] });
    log.info({ assistant: organisation.id, files }, 'example data are being imported');
  }
}

async function organisationsIn(folder: string): Promise<Organisation[]> {
  const found: Organisation[] = [];
  for (const file of await filesBelow(folder, '*/assistant.json')) {
    const { id, ...assistant } = JSON.parse(await readFile(join(folder, file), 'utf8'));
    found.push({ folder: join(folder, file, '..'), id, assistant });
  }
  return found;
}

/** Imports all files of an organisation; those that were accepted before an interruption are not imported again. */
async function importFiles({ folder, id }: Organisation, parts: ImportIntakeParts): Promise<number> {
  const files = await filesBelow(folder, '{*.csv,documents/**/*.md}');
  for (const file of files) {
    const content = await readFile(join(folder, file));
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
    const [, language = ''] = /^documents[\\/]([a-z]{2,3})[\\/]/.exec(file) ?? [];
    await acceptImport(
      {
        assistant: id,
        dataset: language === '' ? '' : 'documents',
        file: file.replaceAll('\\', '/'),
        content,
        locale: language,
        request: `${REALM} ${id} ${hash} ${file}`,
      },
      parts,
    );
  }
  return files.length;
}

async function filesBelow(folder: string, pattern: string): Promise<string[]> {
  return (await Array.fromAsync(glob(pattern, { cwd: folder }))).sort();
}
