import type { Gaps } from './gap-index.ts';
import { DRAFT_LABEL, GAP_LABEL, LABELS } from './labels.ts';
import { parseMarker, renderMarker } from './marker.ts';
import { at, isOurs, type Repository, signed } from './repository.ts';
import { ensureLabels } from './write.ts';

export const WELCOME_TITLE = 'Welcome: agents can now tell you what this server lacks';

/** The first issue of a repository that has just got the App: the way to the first draft, in five minutes. */
function renderWelcome(repository: Repository, setup: string | null): string {
  const { keys, repositoryId } = signed(repository);
  const key = setup ? `[Get a key and the lines to paste](${setup}).` : 'Whoever runs PatchworkMCP gives you a key.';
  return [
    'From now on, each thing that agents miss in this MCP server becomes an issue here. The first five minutes:',
    [
      `1. **Give your server the feedback tool.** ${key} It is one file and two lines, or no change at all with \`patchworkmcp wrap\`.`,
      `2. **Let an agent meet a gap.** It is labelled \`${GAP_LABEL}\`, with what was needed, what was tried, and how many sessions met it. Repeats fold in as evidence.`,
      '3. **Write what a fix has to respect** as a comment on it. Notes by people with write access guide the draft.',
      `4. **Apply the label \`${DRAFT_LABEL}\`.** A draft pull request follows, or the reason why there is none.`,
      '5. **Say how your server runs**, under `server:` in `.github/patchwork.yml`: then each gap is replayed before and after.',
    ].join('\n'),
    'Nothing is merged and no code runs unless you ask for it. Close this issue whenever you like; it comes only once.',
    renderMarker(keys, { repositoryId, role: 'welcome' }, { welcome: 1 }),
  ].join('\n\n');
}

/**
 * Opens the welcome issue, unless it was opened before or the repository has issues of ours already. Makes the labels, too, so that
 * they are there to be applied. `before` is called right before the issue is created.
 */
export async function welcome(
  gaps: Gaps,
  setup: string | null,
  before: () => Promise<void>,
): Promise<number | undefined> {
  const { repository } = gaps;
  const { rest } = repository.octokit;
  await ensureLabels(gaps, LABELS);
  const { data } = await rest.issues.listForRepo({
    ...at(repository),
    creator: repository.login,
    state: 'all',
    sort: 'created',
    direction: 'asc',
    per_page: 100,
  });
  const place = { repositoryId: repository.id, role: 'welcome' as const };
  const isKnown = data.some(
    ({ user, body }) => isOurs(repository, user) && parseMarker(repository.keys, place, body ?? '') !== undefined,
  );
  if (isKnown || gaps.index.all().length > 0) return undefined;
  await before();
  const made = await rest.issues.create({
    ...at(repository),
    title: WELCOME_TITLE,
    body: renderWelcome(repository, setup),
  });
  return made.data.number;
}
