import { html } from 'hono/html';
import { at, type CheckRun, type CombinedStatus } from './github.ts';
import { type Icon, icon } from './icons.ts';
import type { Html } from './layout.ts';
import { markdown } from './markdown.ts';
import { api } from './repository.ts';
import type { RepositoryVisit } from './visit.ts';
import { counted, time } from './words.ts';

export interface Check {
  name: string;
  outcome: 'good' | 'bad' | 'idle' | 'wait';
  words: string;
  summary: string | null;
  title: string | null;
  at: string | null;
  url: string | null;
}

/** Check runs and commit statuses of one commit, in one list. */
export async function checksOf(visit: RepositoryVisit, sha: string): Promise<Check[]> {
  const commit = `${api(visit)}${at`/commits/${sha}`}`;
  const [runs, status] = await Promise.all([
    visit.github.find<{ check_runs: CheckRun[] }>(`${commit}/check-runs?per_page=100`),
    visit.github.find<CombinedStatus>(`${commit}/status?per_page=100`),
  ]);
  return [
    ...(runs?.check_runs ?? []).map((run) => ({
      name: run.name,
      outcome: outcome(run.conclusion ?? run.status),
      words: (run.conclusion ?? run.status).replaceAll('_', ' '),
      summary: [run.output.summary, run.output.text].filter(Boolean).join('\n\n') || null,
      title: run.output.title,
      at: run.completed_at ?? run.started_at,
      url: run.details_url,
    })),
    ...(status?.statuses ?? []).map((one) => ({
      name: one.context,
      outcome: outcome(one.state),
      words: one.state,
      summary: null,
      title: one.description,
      at: one.updated_at,
      url: one.target_url,
    })),
  ];
}

function outcome(word: string): Check['outcome'] {
  if (word === 'success') return 'good';
  if (['failure', 'error', 'timed_out', 'action_required', 'startup_failure'].includes(word)) return 'bad';
  return ['queued', 'in_progress', 'pending', 'waiting', 'requested'].includes(word) ? 'wait' : 'idle';
}

const icons: Record<Check['outcome'], Icon> = { good: 'check', bad: 'cross', idle: 'dropped', wait: 'wait' };

/** "All 3 checks passed", and so on; the worst comes first. */
export function checkSum(checks: readonly Check[]): { tone: Check['outcome']; words: string } {
  const many = (kind: Check['outcome']) => checks.filter((check) => check.outcome === kind).length;
  const [bad, waiting] = [many('bad'), many('wait')];
  if (bad > 0) return { tone: 'bad', words: `${bad} of ${counted(checks.length, 'check')} failed` };
  if (waiting > 0) return { tone: 'wait', words: `${waiting} of ${counted(checks.length, 'check')} still running` };
  return { tone: 'good', words: checks.length === 1 ? 'The check passed' : `All ${checks.length} checks passed` };
}

export async function checkList(visit: RepositoryVisit, checks: readonly Check[]): Promise<Html> {
  if (checks.length === 0) return html`<div class="box empty"><p>No checks ran on this commit.</p></div>`;
  const { owner, name } = visit;
  const rows = checks.map(async (check) => {
    const text = check.summary && (await markdown(visit, check.summary, { owner, name }));
    const head = html`<span class="state ${check.outcome}">${icon(icons[check.outcome])}</span> <b>${check.name}</b> <span class="quiet">${check.words}${check.title && html` · ${check.title}`}${check.at && html` · ${time(check.at, visit.now)}`}</span>`;
    const link =
      check.url &&
      /^https?:\/\//i.test(check.url) &&
      html`<p><a href="${check.url}" rel="nofollow noopener">Details</a></p>`;
    return text || link
      ? html`<li><details><summary>${head}</summary>${text}${link}</details></li>`
      : html`<li><p>${head}</p></li>`;
  });
  return html`<ul class="box checks">${await Promise.all(rows)}</ul>`;
}
