// The selector as one process per case, as the localization benchmark's runner asks for it:
//   node run.mjs --split dev --repos DIR --cmd 'node test/bench/select.ts' --budget 15000,30000
// stdin {id, repo_dir, feedback, budget_tokens}, stdout {files}.
import { readdirSync, readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CodeFile, GapText } from '../../src/repo/select/index.ts';

// Types are stripped once, not at every start: the selector must be loaded after this line.
enableCompileCache();
const { selectContext } = await import('../../src/repo/select/index.ts');

const mostBytes = 1 << 20;

interface Case {
  repo_dir: string;
  feedback: Partial<GapText>;
  budget_tokens: number;
}

function readTree(root: string): CodeFile[] {
  const files: CodeFile[] = [];
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory() && entry.name !== '.git' && entry.name !== 'node_modules') visit(path);
      if (!entry.isFile()) continue;
      const bytes = readFileSync(join(root, path));
      if (bytes.length <= mostBytes && !bytes.subarray(0, 8000).includes(0))
        files.push({ path, text: bytes.toString() });
    }
  };
  visit('');
  return files;
}

const { repo_dir, feedback, budget_tokens } = JSON.parse(await text(process.stdin)) as Case;
const gap: GapText = {
  server_name: feedback.server_name ?? '',
  what_i_needed: feedback.what_i_needed ?? '',
  what_i_tried: feedback.what_i_tried ?? '',
  gap_type: feedback.gap_type ?? 'other',
  suggestion: feedback.suggestion ?? '',
  user_goal: feedback.user_goal ?? '',
  tools_available: feedback.tools_available ?? [],
};
const { files } = selectContext(readTree(repo_dir), gap, { budgetTokens: budget_tokens });
process.stdout.write(JSON.stringify({ files }));
