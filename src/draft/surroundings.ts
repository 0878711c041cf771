import { refusePath, type Selection, type Snapshot } from '../repo/index.ts';
import { secretsIn } from '../report/index.ts';
import { issueOfProbePath } from '../surface/index.ts';
import type { Material } from './material.ts';

/** Characters of one file, and of all files of a kind together. */
const MOST = { file: 6000, data: 12_000, readme: 8000, standIns: 8000, manifest: 4000 };
const MOST_PATHS = 300;
const DATA = /\.(?:csv|json|jsonl|ndjson|toml|tsv|txt|xml|ya?ml)$/i;
const NAMES = /[\w.-]{1,100}\.(?:csv|json|jsonl|ndjson|toml|tsv|txt|xml|ya?ml)\b/gi;
const MANIFEST = /(?:^|\/)(?:(?:package|tsconfig[^/]*|deno|composer|cargo|pyproject)\.(?:json|toml)|go\.mod)$/i;
const MOST_MANIFESTS = 3;

/**
 * What is no code and still has to be known: the data that the code names and the stand-ins that it is checked with (the right
 * answers of a check stand there), the manifests, the readme, and what else there is.
 */
export function surroundingsOf({ snapshot, selection, config }: Material): { name: string; text: string }[] {
  const shown = new Set(selection.files.map(({ path }) => path));
  const readme = snapshot.texts.find(({ path }) => /^readme\.md$/i.test(path) && !shown.has(path));
  const standIns = config.server?.stubs && JSON.stringify(config.server.stubs);
  const others = snapshot.files
    .map(({ path }) => path)
    .filter((path) => !selection.paths.includes(path) && issueOfProbePath(path) === undefined);
  const blocks = [
    ...dataNamed(snapshot, selection, JSON.stringify(config.server ?? {})),
    ...(standIns
      ? [{ name: 'stand-ins for what the server talks to when it is checked', text: cut(standIns, MOST.standIns) }]
      : []),
    ...manifests(snapshot, shown),
    ...(readme && readme.text.length <= MOST.readme ? [{ name: `file ${readme.path}`, text: readme.text }] : []),
    ...(others.length ? [{ name: 'other-files', text: others.slice(0, MOST_PATHS).join('\n') }] : []),
  ];
  // Beside the code's budget, at most a quarter of it: that many tokens are four times as many characters.
  let left = config.draft.budget_tokens;
  return blocks.filter(({ text }) => {
    if (text.length > left) return false;
    left -= text.length;
    return true;
  });
}

/** What the code is built with and may use, those nearest to the root first. */
function manifests({ texts }: Snapshot, shown: ReadonlySet<string>): { name: string; text: string }[] {
  const depth = (path: string) => path.split('/').length;
  return texts
    .filter(({ path, text }) => MANIFEST.test(path) && !shown.has(path) && text.length <= MOST.manifest)
    .filter(({ text }) => !secretsIn(text).length)
    .sort((a, b) => depth(a.path) - depth(b.path))
    .slice(0, MOST_MANIFESTS)
    .map(({ path, text }) => ({ name: `file ${path}`, text }));
}

function dataNamed(snapshot: Snapshot, selection: Selection, configured: string): { name: string; text: string }[] {
  const shown = new Set(selection.files.map(({ path }) => path));
  const texts = snapshot.texts.filter(({ path }) => shown.has(path)).map(({ text }) => text);
  const names = new Set([configured, ...texts].flatMap((text) => text.match(NAMES) ?? []));
  const named = snapshot.texts.filter(
    ({ path, text }) =>
      DATA.test(path) &&
      !MANIFEST.test(path) &&
      !refusePath(path) &&
      !shown.has(path) &&
      names.has(path.slice(path.lastIndexOf('/') + 1)) &&
      !secretsIn(text).length,
  );
  let left = MOST.data;
  return named.flatMap(({ path, text }) => {
    if (left <= 0) return [];
    const part = cut(text, Math.min(MOST.file, left));
    left -= part.length;
    return [{ name: `data ${path}`, text: part }];
  });
}

export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}\n[… cut]`;
}
