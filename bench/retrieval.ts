import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import MiniSearch from 'minisearch';
import { ReleaseBuilder } from '#lib/retrieval/build.ts';
import { openRelease, type ReleaseIndex } from '#lib/retrieval/search.ts';
import { type Corpus, makeCorpus } from './corpus.ts';
import type { Row } from './table.ts';

const PASSAGES = 100_000;
const HITS = 10;
const BASELINE = 'MiniSearch 7';
/** MiniSearch takes about a tenth of a second for a question. */
const BASELINE_QUESTIONS = 30;
/** Times that each question is asked, the quickest counting: what else the machine does is not the index's doing. */
const REPEATS = 3;

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Milliseconds of each call, sorted. */
function timeEach(questions: readonly string[], search: (question: string) => unknown): number[] {
  return questions
    .map((question) => {
      let quickest = Number.POSITIVE_INFINITY;
      for (let i = 0; i < REPEATS; i++) {
        const started = performance.now();
        search(question);
        quickest = Math.min(quickest, performance.now() - started);
      }
      return quickest;
    })
    .sort((a, b) => a - b);
}

function build(corpus: Corpus): { artifact: Uint8Array; seconds: number } {
  const builder = new ReleaseBuilder({
    assistant: 'assistants/bench',
    snapshotSha256: '',
    persona: '',
    displayName: '',
    description: '',
    languages: ['en', 'ru'],
  });
  const started = process.cpuUsage();
  for (const [i, { text, locale }] of corpus.passages.entries()) {
    builder.add({
      source: `documents/${Math.floor(i / 20)}`,
      kind: 'passage',
      title: '',
      text,
      question: '',
      locale,
      locator: '',
      version: '',
    });
  }
  const artifact = builder.finish();
  return { artifact, seconds: processorSeconds(started) };
}

/** Seconds of processor time since `before`: on a machine with other work that is what one free core would need. */
function processorSeconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Bytes in use, after garbage collection where Node was started with --expose-gc. */
function memory(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Resident bytes that the open index adds to a process of its own. */
function measureResident(artifact: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'otvet-bench-'));
  try {
    const file = join(folder, 'release');
    writeFileSync(file, artifact);
    const script = join(import.meta.dirname, 'resident.ts');
    const printed = execFileSync(process.execPath, ['--no-warnings', script, file], { encoding: 'utf8' });
    const { before, after } = JSON.parse(printed) as { before: number; after: number };
    return after - before;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measureOwn(index: ReleaseIndex, corpus: Corpus): number[] {
  const search = (question: string) => index.search(question, { kind: 'passage', limit: HITS });
  for (const question of corpus.questions.slice(0, 500)) search(question);
  return timeEach(corpus.questions, search);
}

function measureBaseline(corpus: Corpus): { times: number[]; seconds: number; bytes: number } {
  const before = memory();
  const started = process.cpuUsage();
  const baseline = new MiniSearch<{ id: number; text: string }>({ fields: ['text'] });
  baseline.addAll(corpus.passages.map(({ text }, id) => ({ id, text })));
  const seconds = processorSeconds(started);
  const bytes = memory() - before;
  const search = (question: string) => baseline.search(question).slice(0, HITS);
  for (const question of corpus.questions.slice(0, 5)) search(question);
  return { times: timeEach(corpus.questions.slice(0, BASELINE_QUESTIONS), search), seconds, bytes };
}

function row(name: string, unit: string, value: number, baselineValue: number, goal?: string): Row {
  return { name, value, unit, baseline: BASELINE, baselineValue, ...(goal === undefined ? {} : { goal }) };
}

/** Search, build and size of 100,000 passages beside MiniSearch with the same passages. Takes about 40 seconds. */
export function run(): Row[] {
  const corpus = makeCorpus(PASSAGES);
  const { artifact, seconds } = build(corpus);
  const index = openRelease(artifact);
  const times = measureOwn(index, corpus);
  const texts = corpus.passages.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const other = measureBaseline(corpus);
  const of = `of ${PASSAGES.toLocaleString('en')} passages (${corpus.origin})`;
  return [
    row(`search p50 ${of}`, 'ms', percentile(times, 0.5), percentile(other.times, 0.5)),
    row(`search p99 ${of}`, 'ms', percentile(times, 0.99), percentile(other.times, 0.99), '<= 2'),
    row(`index build, processor time, ${of}`, 's', seconds, other.seconds, '<= 10'),
    row('index per passage, without its text', 'bytes', (index.bytes - texts) / PASSAGES, other.bytes / PASSAGES),
    { name: 'index per passage, resident, with its text', value: measureResident(artifact) / PASSAGES, unit: 'bytes' },
    { name: 'text per passage', value: texts / PASSAGES, unit: 'bytes' },
  ];
}
