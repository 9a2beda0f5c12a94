// Prints the resident bytes of a process before and after it opens the artifact named and answers one question.
import { readFileSync } from 'node:fs';
import { openRelease } from '#lib/retrieval/search.ts';

const before = process.memoryUsage.rss();
const index = openRelease(readFileSync(process.argv[2] ?? ''));
index.search('Сколько это стоит? How much is it?', { limit: 10 });
process.stdout.write(JSON.stringify({ before, after: process.memoryUsage.rss() }));
