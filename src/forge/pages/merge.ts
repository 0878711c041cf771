import { html, raw } from 'hono/html';
import { type Check, checkSum } from './checks.ts';
import { type Deed, deeds } from './deeds.ts';
import { deep, type Pull } from './github.ts';
import { type Icon, icon } from './icons.ts';
import type { Html } from './layout.ts';
import { api } from './repository.ts';
import { may, type RepositoryVisit } from './visit.ts';

const methods = [
  ['merge', 'Merge', 'all commits and a merge commit'],
  ['squash', 'Squash', 'one commit'],
  ['rebase', 'Rebase', 'the commits on top, without a merge commit'],
] as const;

/** Whether the pull request can be merged, why not, and the buttons for it. */
export async function mergeBox(visit: RepositoryVisit, pull: Pull, checks: readonly Check[]): Promise<Html> {
  const push = may(visit, 'push');
  const leftOver = push && pull.state === 'closed' && (await hasBranch(visit, pull));
  return html`<section class="box merge" aria-label="Merging" id="merge" data-live="merge">
${checks.length > 0 && checkLine(visit, pull, checks)}
${stateLine(pull)}
${push && pull.state === 'open' && pull.draft && html`<form class="line" method="post" action="#merge"><button class="primary" name="do" value="ready">Ready for review</button></form>`}
${push && pull.state === 'open' && !pull.draft && mergeForm(pull)}
${leftOver && html`<form class="line" method="post" action="#merge"><button name="do" value="delete-branch">Delete branch</button><span class="quiet">${pull.head.ref}</span></form>`}
${!push && pull.state === 'open' && html`<p class="line quiet">Merging takes write access.</p>`}
</section>`;
}

async function hasBranch(visit: RepositoryVisit, { head }: Pull): Promise<boolean> {
  if (head.ref === visit.repository.default_branch || head.repo?.full_name !== visit.repository.full_name) return false;
  return (await visit.github.find(`${api(visit)}/git/ref/heads/${deep(head.ref)}`)) !== undefined;
}

function line(tone: string, image: Icon, text: Html | string): Html {
  return html`<p class="line"><span class="state ${tone}">${icon(image)}</span><span>${text}</span></p>`;
}

function checkLine(visit: RepositoryVisit, pull: Pull, checks: readonly Check[]): Html {
  const { tone, words } = checkSum(checks);
  const image = tone === 'good' ? 'check' : tone === 'bad' ? 'cross' : 'wait';
  return line(tone, image, html`<b>${words}</b> <a href="${visit.root}/pull/${pull.number}/checks">Show checks</a>`);
}

function stateLine(pull: Pull): Html {
  if (pull.merged)
    return line('done', 'merged', html`<b>Merged.</b> The changes are in <span class="ref">${pull.base.ref}</span>.`);
  if (pull.state === 'closed') return line('bad', 'pull', html`<b>Closed</b> without merging.`);
  if (pull.draft)
    return line('idle', 'draft', html`<b>This is a draft.</b> It cannot be merged until it is ready for review.`);
  if (pull.mergeable === false)
    return line(
      'bad',
      'cross',
      html`<b>There are conflicts</b> with <span class="ref">${pull.base.ref}</span>. Merge it into the branch and push.`,
    );
  if (pull.mergeable === null) return line('wait', 'wait', 'Looking for conflicts…');
  return line('good', 'check', html`<b>No conflicts</b> with <span class="ref">${pull.base.ref}</span>.`);
}

function mergeForm(pull: Pull): Html {
  return html`<form class="line" method="post" action="#merge">
<input type="hidden" name="sha" value="${pull.head.sha}">
<fieldset><legend class="hidden">How to merge</legend>
${methods.map(
  ([value, name, text], i) =>
    html`<label class="choice"><input type="radio" name="method" value="${value}" ${i === 0 ? raw('checked') : ''}><span><b>${name}</b> <span class="quiet">${text}</span></span></label>`,
)}
</fieldset>
<div class="actions"><button class="primary" name="do" value="merge">Merge pull request</button><button name="do" value="draft">Back to draft</button></div>
</form>`;
}

const here = (visit: RepositoryVisit, number: number) => `${visit.root}/pull/${number}#merge`;

const ready = `mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } } }`;
const draft = `mutation($id: ID!) { convertPullRequestToDraft(input: { pullRequestId: $id }) { pullRequest { isDraft } } }`;

/** What the forms of a pull request do beyond those of an issue. */
export const pullDeeds: Record<string, Deed> = {
  ...deeds,
  merge: async (visit, { number }, form) => {
    // The commit the person saw: GitHub answers 409 when the branch has moved since.
    const [sha, merge_method] = [form.get('sha') ?? '', form.get('method') ?? 'merge'];
    await visit.github.send('PUT', `${api(visit)}/pulls/${number}/merge`, { sha, merge_method });
    return here(visit, number);
  },
  ready: (visit, { number }) => mutate(visit, number, ready),
  draft: (visit, { number }) => mutate(visit, number, draft),
  'delete-branch': async (visit, { number }) => {
    const pull = await visit.github.get<Pull>(`${api(visit)}/pulls/${number}`);
    await visit.github.send('DELETE', `${api(visit)}/git/refs/heads/${deep(pull.head.ref)}`);
    return here(visit, number);
  },
};

async function mutate(visit: RepositoryVisit, number: number, document: string): Promise<string> {
  // GraphQL knows a pull request by its node id only.
  const { node_id } = await visit.github.get<Pull>(`${api(visit)}/pulls/${number}`);
  await visit.github.graphql(document, { id: node_id });
  return here(visit, number);
}
