import { createHash } from 'node:crypto';
import { at, type Gap, type Note, type Repository } from '../issues/index.ts';
import { cleanText } from '../report/index.ts';
import { PROMPT_VERSION } from './prompt.ts';
import type { DraftRequest } from './request.ts';
import type { Standing } from './standing.ts';

/** Who may write to the repository, looked up live; a bot or an unknown login never may. */
export async function mayWrite(repository: Repository, login: string): Promise<boolean> {
  if (login.endsWith('[bot]')) return false;
  try {
    const { data } = await repository.octokit.rest.repos.getCollaboratorPermissionLevel({
      ...at(repository),
      username: login,
    });
    if (data.user?.type === 'Bot') return false;
    return ['admin', 'maintain', 'write', 'push'].includes(data.role_name ?? data.permission);
  } catch (error) {
    if ((error as { status?: number }).status === 404) return false;
    throw error;
  }
}

/** Asks once for each login, for the length of one run. */
export function rightsOf(repository: Repository): (login: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (login) => {
    const asked = known.get(login) ?? mayWrite(repository, login);
    known.set(login, asked);
    return asked;
  };
}

/** What a draft is based on: nothing that came later enters it. */
export interface Frozen {
  /** The moment of the request, ISO 8601. */
  at: string;
  title: string;
  /** Notes by people with write access, as of that moment: they guide the draft. */
  notes: Pick<Note, 'id' | 'author' | 'content'>[];
  left: {
    /** How many comments stay out because their author may not write. */
    untrusted: number;
    /** What was written, edited or renamed after the request. */
    later: Later[];
  };
  base: { branch: string; commit: string };
  /** The draft to start from, as a diff. */
  earlier?: { pull: number; diff: string };
}

export interface Later {
  what: 'comment' | 'edit' | 'title';
  author?: string;
  at: string;
}

export async function freeze(
  gap: Gap,
  request: DraftRequest,
  standing: Standing,
  rights: (login: string) => Promise<boolean>,
): Promise<Frozen> {
  const { at: moment, guidance, actor } = request;
  const renamed = standing.renamed.filter((each) => each.at >= moment);
  const frozen: Frozen = {
    at: moment,
    title: renamed[0]?.from ?? gap.title,
    notes: [],
    left: { untrusted: 0, later: renamed.map((each) => ({ what: 'title', at: each.at })) },
    base: standing.base,
  };
  for (const note of gap.notes) {
    const later = laterThan(note, moment);
    // Whoever holds an API key may be an agent: such a note is shown on the issue, and guides nothing.
    // People paste, too: what nobody sees in a comment guides no model.
    const content = cleanText(withoutCommands(note.content)).text;
    if (!content) continue;
    if (later) frozen.left.later.push(later);
    else if (!note.throughApi && (await rights(note.author))) frozen.notes.push({ ...note, content });
    else frozen.left.untrusted += 1;
  }
  if (guidance !== undefined) {
    const author = actor === 'operator' ? 'the operator' : actor.login;
    frozen.notes.push({ id: request.request, author, content: guidance });
  }
  return frozen;
}

/** What was said to us and not to whoever writes the change. */
function withoutCommands(text: string): string {
  const rest = text.replace(/^[ \t]*\/patchwork\b.*$/gm, '');
  return rest === text ? text : rest.trim();
}

/** GitHub's times have whole seconds. A comment edited in the second of the request may hold what its author wrote after it. */
function laterThan({ author, createdAt, updatedAt }: Note, moment: string): Later | undefined {
  if (createdAt > moment) return { what: 'comment', author, at: createdAt };
  return updatedAt !== createdAt && updatedAt >= moment ? { what: 'edit', author, at: updatedAt } : undefined;
}

/** What the whole input of a draft comes down to: with the same hash, a model was asked the same. */
export function hashOf(frozen: Frozen, gap: Gap, model: string): string {
  const { at: _, left: __, ...read } = frozen;
  const reports = gap.reports.map(({ id, what_i_needed, what_i_tried, suggestion, user_goal }) => [
    ...[id, what_i_needed, what_i_tried, suggestion, user_goal],
  ]);
  return createHash('sha256')
    .update(JSON.stringify([PROMPT_VERSION, model, read, reports]))
    .digest('hex');
}

const MOST_OF_A_DIFF = 24_000;

/** An earlier draft of ours as a diff, to be improved upon. */
export async function earlierDraft(repository: Repository, pull: number): Promise<Frozen['earlier']> {
  const { data } = await repository.octokit.rest.pulls.listFiles({
    ...at(repository),
    pull_number: pull,
    per_page: 100,
  });
  const diff = data
    .filter(({ filename }) => !filename.startsWith('.patchwork/'))
    .map(({ filename, status, patch = '' }) => `${status} ${filename}\n${patch}`)
    .join('\n\n');
  return { pull, diff: diff.slice(0, MOST_OF_A_DIFF) };
}
