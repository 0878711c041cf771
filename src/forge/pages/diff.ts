import { html, raw } from 'hono/html';
import { deep } from './github.ts';
import type { Html } from './layout.ts';
import { counted } from './words.ts';

/** One line of a unified diff; `gap` is the `@@` line between two places. */
export interface DiffLine {
  kind: 'add' | 'del' | 'same' | 'gap' | 'note';
  old?: number;
  new?: number;
  text: string;
}

/** The parts of GitHub's file lists that a diff is drawn from; `patch` is absent for binary and very long changes. */
export interface Changed {
  filename: string;
  previous_filename?: string;
  status: string;
  additions: number;
  deletions: number;
  patch?: string;
}

/** Files longer than this are folded until asked for. */
const longFile = 400;

/** Reads the hunks of a `patch` field. */
export function parsePatch(patch: string): DiffLine[] {
  let [before, after] = [0, 0];
  return patch
    .replace(/\n$/, '')
    .split('\n')
    .map((line): DiffLine => {
      const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
      if (hunk) {
        [before, after] = [Number(hunk[1]), Number(hunk[2])];
        return { kind: 'gap', text: line };
      }
      const text = line.slice(1);
      if (line.startsWith('+')) return { kind: 'add', new: after++, text };
      if (line.startsWith('-')) return { kind: 'del', old: before++, text };
      if (line.startsWith('\\')) return { kind: 'note', text: text.trim() };
      return { kind: 'same', old: before++, new: after++, text };
    });
}

/** The changes of several files, with a list to jump from. `blob` is the path under which files can be read. */
export function diff(files: readonly Changed[], blob: string): Html {
  const [additions, deletions] = [sum(files, 'additions'), sum(files, 'deletions')];
  return html`<p class="diff-sum">${counted(files.length, 'file')} changed, <span class="plus">${counted(additions, 'addition')}</span>, <span class="minus">${counted(deletions, 'deletion')}</span></p>
${
  files.length > 1 &&
  html`<nav aria-label="Changed files" class="box"><ul class="files">${files.map(
    (file, i) => html`<li><a href="#file-${i}">${file.filename}</a>${tally(file)}</li>`,
  )}</ul></nav>`
}
${files.map((file, i) => changedFile(file, i, blob))}`;
}

function changedFile(file: Changed, index: number, blob: string): Html {
  const lines = file.patch === undefined ? [] : parsePatch(file.patch);
  const folded = lines.length > longFile;
  const name = file.previous_filename ? html`${file.previous_filename} → ${file.filename}` : file.filename;
  return html`<details class="box diff" id="file-${index}" ${folded ? '' : raw('open')}>
<summary class="box-head"><span class="path">${name}</span>${file.status !== 'modified' && html`<span class="badge">${file.status}</span>`}${tally(file)}${folded && html`<span class="quiet">${counted(lines.length, 'line')}, folded</span>`}</summary>
${
  lines.length > 0
    ? html`<table class="lines"><caption class="hidden">Changes in ${file.filename}</caption><tbody>${lines.map(row)}</tbody></table>`
    : html`<p class="empty">${file.status === 'renamed' ? 'Renamed without changes.' : 'Binary, empty or too long to show.'}</p>`
}
${file.status !== 'removed' && html`<p class="diff-foot"><a href="${blob}/${deep(file.filename)}">View the whole file</a></p>`}
</details>`;
}

const signs = { add: '+', del: '−', same: ' ', gap: '', note: '' };
const words = { add: 'added', del: 'removed', same: '', gap: '', note: '' };

function row(line: DiffLine): Html {
  if (line.kind === 'gap' || line.kind === 'note')
    return html`<tr class="${line.kind}"><td class="num"></td><td class="num"></td><td class="sign"></td><td class="text">${line.text}</td></tr>`;
  return html`<tr class="${line.kind}"><td class="num">${line.old}</td><td class="num">${line.new}</td><td class="sign">${words[line.kind] ? html`<span aria-hidden="true">${signs[line.kind]}</span><span class="hidden">${words[line.kind]}</span>` : ''}</td><td class="text">${line.text}</td></tr>`;
}

function tally(file: Changed): Html {
  return html`<span class="tally"><span class="plus">+${file.additions}</span> <span class="minus">−${file.deletions}</span></span>`;
}

function sum(files: readonly Changed[], key: 'additions' | 'deletions'): number {
  return files.reduce((total, file) => total + file[key], 0);
}
