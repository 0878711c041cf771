import { version } from './conversation.ts';
import { at, type Issue, Refused } from './github.ts';
import { api, pageOf } from './repository.ts';
import { tick } from './tasks.ts';
import type { RepositoryVisit } from './visit.ts';

/** Something a form asks for; gives the address to go to afterwards. What GitHub refuses is thrown as `Refused`. */
export type Deed = (visit: RepositoryVisit, issue: Issue, form: URLSearchParams) => Promise<string>;

const here = (visit: RepositoryVisit, issue: Issue, anchor = '') => `${pageOf(visit, issue)}${anchor}`;

const issuePath = (visit: RepositoryVisit, issue: Issue) => `${api(visit)}/issues/${issue.number}`;

/** Browsers send CRLF; GitHub's own clients and our check boxes count in LF. */
export function field(form: URLSearchParams, name: string): string {
  return (form.get(name) ?? '').replaceAll('\r\n', '\n');
}

/** Everything the forms of a conversation do, by the value of their `do` field. */
export const deeds: Record<string, Deed> = {
  comment: async (visit, issue, form) => here(visit, issue, await comment(visit, issue, field(form, 'body'))),
  close: async (visit, issue, form) => {
    const said = await parting(visit, issue, form);
    const reason = issue.pull_request ? {} : { state_reason: form.get('reason') ?? 'completed' };
    await visit.github.send('PATCH', issuePath(visit, issue), { state: 'closed', ...reason });
    return here(visit, issue, said);
  },
  reopen: async (visit, issue, form) => {
    const said = await parting(visit, issue, form);
    await visit.github.send('PATCH', issuePath(visit, issue), { state: 'open' });
    return here(visit, issue, said);
  },
  title: async (visit, issue, form) => {
    await visit.github.send('PATCH', issuePath(visit, issue), { title: form.get('title') ?? '' });
    return here(visit, issue);
  },
  edit: async (visit, issue, form) => {
    const { text, path, anchor } = await post(visit, issue, form);
    if (version(text) !== form.get('version')) throw changed();
    await visit.github.send('PATCH', path, { body: field(form, 'body') });
    return here(visit, issue, anchor);
  },
  delete: async (visit, issue, form) => {
    const { path } = await post(visit, issue, form);
    await visit.github.send('DELETE', path);
    return here(visit, issue, '#reply');
  },
  tick: async (visit, issue, form) => {
    const { text, path, anchor } = await post(visit, issue, form);
    const ticked = version(text) === form.get('version') ? tick(text, Number(form.get('task'))) : undefined;
    if (ticked === undefined) throw changed();
    await visit.github.send('PATCH', path, { body: ticked });
    return here(visit, issue, anchor);
  },
  // Only what the person changed is sent, so that a label somebody else set meanwhile stays.
  labels: async (visit, issue, form) => {
    const [was, wanted] = [form.getAll('was'), form.getAll('label')];
    const added = wanted.filter((name) => !was.includes(name));
    const removed = was.filter((name) => !wanted.includes(name));
    if (added.length > 0) await visit.github.send('POST', `${issuePath(visit, issue)}/labels`, { labels: added });
    for (const name of removed) await visit.github.send('DELETE', `${issuePath(visit, issue)}${at`/labels/${name}`}`);
    return here(visit, issue);
  },
};

async function comment(visit: RepositoryVisit, issue: Issue, body: string): Promise<string> {
  const made = await visit.github.send<{ id: number }>('POST', `${issuePath(visit, issue)}/comments`, { body });
  return `#issuecomment-${made.id}`;
}

/** What is said while closing or reopening, if anything. Once said it leaves the form, so that a retry does not repeat it. */
async function parting(visit: RepositoryVisit, issue: Issue, form: URLSearchParams): Promise<string> {
  if (field(form, 'body').trim() === '') return '#reply';
  const anchor = await comment(visit, issue, field(form, 'body'));
  form.delete('body');
  return anchor;
}

/** The text a form is about, as it is now. */
async function post(visit: RepositoryVisit, issue: Issue, form: URLSearchParams) {
  const id = form.get('post') ?? '';
  if (id === 'issue')
    return { text: issue.body ?? '', path: issuePath(visit, issue), anchor: `#issue-${issue.number}` };
  const path = `${api(visit)}${at`/issues/comments/${id}`}`;
  const { body } = await visit.github.get<{ body?: string }>(path);
  return { text: body ?? '', path, anchor: `#issuecomment-${id}` };
}

function changed(): Refused {
  return new Refused(
    409,
    'Somebody changed this text in the meantime. Nothing was saved: look at the new text and try again.',
  );
}
