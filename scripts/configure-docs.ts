// Writes docs/configure.md from the declarations of the variables, or checks that it is what they give: --check.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Variables } from '#lib/config/variables.ts';
import { allVariables } from '../services/variables.ts';

const file = resolve(import.meta.dirname, '..', 'docs', 'configure.md');
const page = configurePage();
if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page) {
  process.stderr.write('docs/configure.md is not what the declarations give; run: npm run gen\n');
  process.exitCode = 1;
}

function configurePage(): string {
  const sections = Object.entries<Variables>(allVariables).map(([reader, variables]) => {
    const rows = Object.values(variables).map(({ name, expects, fallback, secret, doc }) => {
      const start = secret ? 'unset; a secret' : fallback === undefined ? 'unset' : `\`${fallback}\``;
      return `| \`${name}\` | ${doc} | ${expects} | ${start} |`;
    });
    return `## Read by ${reader}\n\n| variable | what it does | expects | default |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Configuration

Otvet is configured by variables of the environment. All faults are reported at once, by variable, before anything starts; secrets are never shown.
This page is made from the declarations in each service's \`config.ts\` (\`npm run gen\`).

The \`otvet\` command reads \`OTVET_URL\` (default \`http://127.0.0.1:8080\`), \`OTVET_API_KEY\` (default: the key that a local server keeps in
its data folder) and \`OTVET_DATA_DIR\`.

${sections.join('\n')}`;
}
