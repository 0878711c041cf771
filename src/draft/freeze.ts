import { at, type Gap, type Note, type Repository } from '../issues/index.ts';

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

/** What a draft is based on: nothing that came later enters it. */
export interface Frozen {
  /** The moment of the request, ISO 8601. */
  at: string;
  /** Notes by people with write access, as of that moment: they guide the draft. */
  notes: Note[];
  /** How many comments stay out because their author may not write, they came later, or they were edited since. */
  left: { untrusted: number; later: number };
  base: { branch: string; commit: string };
}

export async function freeze(repository: Repository, gap: Gap, moment: string): Promise<Frozen> {
  const rights = new Map<string, boolean>();
  const frozen: Frozen = { at: moment, notes: [], left: { untrusted: 0, later: 0 }, base: await baseOf(repository) };
  for (const note of gap.notes) {
    if (isLater(note, moment)) {
      frozen.left.later += 1;
      continue;
    }
    // Whoever holds an API key may be an agent: such a note is shown on the issue, and guides nothing.
    const trusted = note.throughApi ? false : (rights.get(note.author) ?? (await mayWrite(repository, note.author)));
    rights.set(note.author, trusted);
    if (trusted) frozen.notes.push(note);
    else frozen.left.untrusted += 1;
  }
  return frozen;
}

/** GitHub's times have whole seconds. A comment edited in the second of the request may hold what its author wrote after it. */
function isLater(note: Note, moment: string): boolean {
  const edited = note.updatedAt !== note.createdAt;
  return note.createdAt > moment || (edited && note.updatedAt >= moment);
}

async function baseOf(repository: Repository): Promise<Frozen['base']> {
  const { rest } = repository.octokit;
  const { data } = await rest.repos.get(at(repository));
  const branch = data.default_branch;
  const ref = await rest.git.getRef({ ...at(repository), ref: `heads/${branch}` });
  return { branch, commit: ref.data.object.sha };
}
