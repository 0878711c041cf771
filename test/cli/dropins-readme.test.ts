import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../support/process.ts';

const folder = join(ROOT, 'dropins');
const readme = await readFile(join(folder, 'README.md'), 'utf8');

async function sources(language: string): Promise<string> {
  const files = await readdir(join(folder, language), { recursive: true });
  const code = files.filter((file) => /\.(?:ts|py|go|rs)$/.test(file));
  return (await Promise.all(code.map((file) => readFile(join(folder, language, file), 'utf8')))).join('\n');
}

it('links only to what is there', async () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => (link ?? '').replace('*.go', ''));
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) await access(join(folder, link));
});

it.each(['TypeScript', 'Python', 'Go', 'Rust'])('names only what the %s drop-in has', async (language) => {
  const section = readme.split(`\n## ${language}\n`)[1]?.split('\n## ')[0] ?? '';
  const code = await sources(language.toLowerCase());
  const files = (await readdir(join(folder, language.toLowerCase()), { recursive: true })).join('\n');
  const names = [
    ...section.matchAll(/\b(?:[a-z]+_feedback\w*|[a-z]+Feedback\w*|RegisterFeedbackTool|TOOL_[A-Z_]+|INSTRUCTIONS)\b/g),
    ...section.matchAll(/\b(?:payload_from_args|get_tool_definition|tool_input_schema|inferGaps|startHeartbeat)\b/g),
  ].map(([name]) => name);
  expect(names.length).toBeGreaterThan(1);
  for (const name of new Set(names)) expect(code, name).toMatch(new RegExp(`\\b${name}\\b`));
  for (const [file] of section.matchAll(/\bfeedback[\w-]*\.(?:ts|py|go|rs)\b/g)) expect(files).toContain(file);
});
