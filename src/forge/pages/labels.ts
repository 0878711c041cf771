import { html } from 'hono/html';
import { chip } from './chip.ts';
import type { Again } from './conversation.ts';
import { at, type Label } from './github.ts';
import { type Html, notice, repositoryPage } from './layout.ts';
import { labelled } from './list.ts';
import { api, counts } from './repository.ts';
import { may, type RepositoryVisit } from './visit.ts';
import { counted } from './words.ts';

export async function labelsPage(visit: RepositoryVisit, again?: Again): Promise<Html> {
  const [open, labels] = await Promise.all([counts(visit), visit.github.all<Label>(`${api(visit)}/labels`)]);
  const push = may(visit, 'push');
  const typed = again?.form.get('do') === 'create' ? again.form : new URLSearchParams();
  const main = html`${notice(again?.trouble)}
<div class="bar"><h1>${counted(labels.length, 'label')}</h1></div>
${
  push &&
  html`<details class="box fold" ${again?.form.get('do') === 'create' ? 'open' : ''}><summary>New label</summary><form class="label-form" method="post"><input type="hidden" name="do" value="create">${fields('new', typed.get('name') ?? '', typed.get('color') ?? '4b8f8c', typed.get('description') ?? '')}<button class="primary">Create label</button></form></details>`
}
<ul class="box rows">${labels.map((label, i) => labelRow(visit, label, `l${i}`, push))}</ul>`;
  return repositoryPage(visit, { title: 'Labels', tab: 'labels', counts: open, main });
}

function labelRow(visit: RepositoryVisit, label: Label, id: string, push: boolean): Html {
  return html`<li class="row label-row"><span>${chip(visit, label, labelled(visit, 'issues', label.name))}</span><p class="quiet">${label.description}</p>
${
  push &&
  html`<details><summary>Edit<span class="hidden"> ${label.name}</span></summary><form class="label-form" method="post">
<input type="hidden" name="was" value="${label.name}">${fields(id, label.name, label.color, label.description ?? '')}
<button class="primary" name="do" value="change">Save</button><button class="danger" name="do" value="delete">Delete</button></form></details>`
}</li>`;
}

function fields(id: string, name: string, colour: string, description: string): Html {
  return html`<p><label for="${id}-name">Name</label><input id="${id}-name" name="name" value="${name}" required></p>
<p><label for="${id}-color">Colour</label><input id="${id}-color" name="color" value="${colour}" required size="8" spellcheck="false" placeholder="4b8f8c"></p>
<p class="grow"><label for="${id}-text">Description</label><input id="${id}-text" name="description" value="${description}"></p>`;
}

/** Creates, changes or deletes a label as the form asks. */
export async function labelDeed(visit: RepositoryVisit, form: URLSearchParams): Promise<string> {
  const path = `${api(visit)}/labels`;
  const one = `${path}${at`/${form.get('was') ?? ''}`}`;
  const color = (form.get('color') ?? '').replace(/^#/, '');
  const given = { color, description: form.get('description') ?? '' };
  const { github } = visit;
  if (form.get('do') === 'delete') await github.send('DELETE', one);
  else if (form.get('do') === 'change') await github.send('PATCH', one, { new_name: form.get('name'), ...given });
  else await github.send('POST', path, { name: form.get('name'), ...given });
  return `${visit.root}/labels`;
}
