import { type Import, Import_State } from '#gen/otvet/training/v1/import_pb.ts';
import type { FileToImport } from './files.ts';
import { number, progressBar } from './progress-bar.ts';
import { StatusLine, styled, type Terminal } from './terminal.ts';
import { oneLine } from './terminal-text.ts';

/** A file on its way, as far as it is known. */
export interface Imported {
  readonly file: FileToImport;
  readonly state: 'waiting' | 'under way' | 'released' | 'failed';
  readonly import?: Import;
  /** What is wrong; set for `failed`. */
  readonly problem?: string;
}

/** Shows how an import goes, and what became of it. */
export class ImportView {
  readonly #terminal: Terminal;
  readonly #json: boolean;
  readonly #status: StatusLine;

  constructor(terminal: Terminal, json: boolean) {
    this.#terminal = terminal;
    this.#json = json;
    this.#status = new StatusLine(terminal.err);
  }

  progress(imported: readonly Imported[]): void {
    this.#status.show(progressLine(imported));
  }

  done(imported: readonly Imported[], interrupted: boolean): void {
    this.#status.clear();
    const { out, err } = this.#terminal;
    if (this.#json) {
      out.write(`${JSON.stringify(asJson(imported))}\n`);
      return;
    }
    for (const one of imported) out.write(this.#fileLines(one));
    const sum = (count: (one: Import) => number): number =>
      imported.reduce((total, one) => total + (one.import ? count(one.import) : 0), 0);
    const accepted = sum((one) => one.acceptedCount);
    const rejected = sum((one) => one.rejectedCount);
    const failed = imported.filter(({ state }) => state === 'failed').length;
    const parts = [
      `${number(accepted)} taken`,
      ...(rejected > 0 ? [styled(out, 'yellow', `${number(rejected)} rejected`)] : []),
      ...(failed > 0 ? [styled(out, 'red', `${failed} of ${imported.length} files failed`)] : []),
    ];
    out.write(`${parts.join(', ')}\n`);
    if (interrupted) err.write('Stopped waiting; what was sent is still being learnt.\n');
  }

  #fileLines({ file, state, import: found, problem }: Imported): string {
    const { out } = this.#terminal;
    const name = oneLine(file.name);
    if (state === 'waiting') return `${styled(out, 'yellow', '-')} ${name}: not sent\n`;
    const mark = state === 'failed' ? styled(out, 'red', '✗') : styled(out, 'green', state === 'released' ? '✓' : '…');
    const dataset = found ? styled(out, 'dim', ` → ${found.dataset.split('/').at(-1)}`) : '';
    const taken = found && state !== 'failed' ? `: ${number(found.acceptedCount)} taken` : '';
    const wrong = problem === undefined ? '' : `: ${oneLine(problem)}`;
    const rejected = (found?.rejectedRows ?? []).map((row) => `    ${name} row ${row.row}: ${oneLine(row.reason)}\n`);
    const more = (found?.rejectedCount ?? 0) - rejected.length;
    if (more > 0) rejected.push(`    and ${number(more)} more rows\n`);
    return `${mark} ${name}${dataset}${taken}${wrong}\n${rejected.join('')}`;
  }
}

/** Such as `Importing ██████░░░░ 61 %  2 of 5 files, 1,204 rows`. */
export function progressLine(imported: readonly Imported[]): string {
  const size = imported.reduce((sum, { file }) => sum + file.size + 1, 0);
  const share = imported.reduce((sum, one) => sum + ((one.file.size + 1) / size) * shareDone(one), 0);
  const done = imported.filter(({ state }) => state === 'released' || state === 'failed').length;
  const rows = imported.reduce((sum, one) => sum + (one.import?.rowCount ?? 0), 0);
  const training = imported.some((one) => one.import?.state === Import_State.TRAINING) ? ', training' : '';
  return `Importing ${progressBar(share)}  ${done} of ${imported.length} files, ${number(rows)} rows${training}`;
}

/** Sending is a tenth of the way, reading most of it. */
function shareDone(one: Imported): number {
  if (one.state === 'waiting') return 0;
  if (one.state !== 'under way') return 1;
  if (one.import?.state === Import_State.TRAINING) return 0.9;
  return 0.1 + (one.import?.progressPercent ?? 0) * 0.007;
}

function asJson(imported: readonly Imported[]): object {
  const imports = imported.map(({ file, state, import: found, problem }) => ({
    file: file.name,
    state,
    dataset: found?.dataset ?? '',
    import: found?.name ?? '',
    rows: found?.rowCount ?? 0,
    accepted: found?.acceptedCount ?? 0,
    rejected: found?.rejectedCount ?? 0,
    rejectedRows: (found?.rejectedRows ?? []).map(({ row, reason }) => ({ row, reason })),
    release: found?.release ?? '',
    ...(problem === undefined ? {} : { problem }),
  }));
  const sum = (of: (one: (typeof imports)[number]) => number): number =>
    imports.reduce((total, one) => total + of(one), 0);
  return { imports, accepted: sum((one) => one.accepted), rejected: sum((one) => one.rejected) };
}
