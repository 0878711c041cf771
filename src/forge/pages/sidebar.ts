import { html, raw } from 'hono/html';
import { chip } from './chip.ts';
import type { Issue, Label } from './github.ts';
import { type Html, who } from './layout.ts';
import { labelled } from './list.ts';
import { may, type RepositoryVisit } from './visit.ts';

/** Labels (with the form that changes them), assignees and milestone of an issue or pull request. */
export function sidebar(visit: RepositoryVisit, issue: Issue, labels: readonly Label[]): Html {
  const current = issue.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? '')));
  const kind = issue.pull_request ? 'pulls' : 'issues';
  return html`<aside class="side" aria-label="About this ${issue.pull_request ? 'pull request' : 'issue'}">
<section><h2>Labels</h2>
<p class="chips" data-live="labels">${issue.labels.length > 0 ? current.map((name, i) => chip(visit, issue.labels[i] ?? name, labelled(visit, kind, name))) : html`<span class="quiet">None yet</span>`}</p>
${may(visit, 'triage') ? labelForm(visit, current, labels) : html`<p class="quiet">Changing labels takes triage access.</p>`}
</section>
<section><h2>Assignees</h2><p>${issue.assignees?.length ? issue.assignees.map((user) => who(user)) : html`<span class="quiet">Nobody</span>`}</p></section>
${issue.milestone && html`<section><h2>Milestone</h2><p>${issue.milestone.title}</p></section>`}
</aside>`;
}

function labelForm(visit: RepositoryVisit, current: readonly string[], labels: readonly Label[]): Html {
  if (labels.length === 0) return html`<p class="quiet">This repository has no labels.</p>`;
  const now = new Set(current.map((name) => name.toLowerCase()));
  const has = ({ name }: Label) => now.has(name.toLowerCase());
  return html`<details class="menu" id="labels"><summary>Change labels</summary>
<form class="sheet" method="post" action="#labels">
<input type="hidden" name="do" value="labels">
${labels.filter(has).map(({ name }) => html`<input type="hidden" name="was" value="${name}">`)}
<fieldset><legend class="hidden">Labels</legend>
${labels.map(
  (label) =>
    html`<label class="choice"><input type="checkbox" name="label" value="${label.name}" ${has(label) ? raw('checked') : ''}>${chip(visit, label)}</label>`,
)}
</fieldset>
<button class="primary">Apply labels</button>
</form></details>`;
}
