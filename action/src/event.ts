import { DISPATCH_TYPE, type DraftRequest, parseDispatch, parseLookDispatch } from '../../src/draft/index.ts';
import { DRAFT_LABEL } from '../../src/issues/index.ts';
import { PatchworkError } from '../../src/report/index.ts';

type Environment = Record<string, string | undefined>;

/** One execution of the workflow, as the runner's environment tells it. */
export interface Execution {
  repository: { owner: string; name: string };
  api: string;
  /** Names the execution over all its attempts. */
  runner: string;
  /** From 1; more when somebody ran it again. */
  attempt: number;
  /** Who started this attempt. */
  startedBy: string;
  /** Its page on GitHub. */
  url: string;
}

export function readExecution(env: Environment): Execution {
  const [owner, name] = (env.GITHUB_REPOSITORY ?? '').split('/');
  const run = env.GITHUB_RUN_ID ?? '';
  if (!owner || !name || !/^\d+$/.test(run)) {
    throw new PatchworkError('no_workflow', 'GITHUB_REPOSITORY or GITHUB_RUN_ID is missing.', {
      next: 'This runs as a step of a GitHub workflow; on your machine use `patchworkmcp draft`.',
    });
  }
  return {
    repository: { owner, name },
    api: env.GITHUB_API_URL ?? 'https://api.github.com',
    runner: `action ${run}`,
    attempt: Number(env.GITHUB_RUN_ATTEMPT ?? 1),
    startedBy: env.GITHUB_TRIGGERING_ACTOR ?? env.GITHUB_ACTOR ?? '',
    url: `${env.GITHUB_SERVER_URL ?? 'https://github.com'}/${owner}/${name}/actions/runs/${run}`,
  };
}

/** What an event asks for: a draft, a `look` after the merge of a gap's draft, or nothing and why. `handedOver` is what its sender says of who asked: to be believed of the App alone. */
export type Asked =
  | { request: DraftRequest; handedOver?: { by: DraftRequest['by']; actor: DraftRequest['actor'] } }
  | { look: number }
  | { nothing: string };

interface Payload {
  action?: unknown;
  label?: { name?: unknown };
  issue?: { number?: unknown; updated_at?: unknown; pull_request?: unknown };
  inputs?: Record<string, unknown>;
  client_payload?: unknown;
  repository?: { full_name?: unknown };
  sender?: { login?: unknown };
}

/**
 * Reads the event that started the workflow. What may be asked for is in the event's kind, never in a text: a label put on an issue,
 * a form that only people with write access can send, or a request that the App hands over.
 */
export function readEvent(name: string, payload: Payload, execution: Execution, now: string): Asked {
  const { owner, name: repository } = execution.repository;
  if (String(payload.repository?.full_name).toLowerCase() !== `${owner}/${repository}`.toLowerCase()) {
    return { nothing: 'The event belongs to another repository.' };
  }
  const sender = text(payload.sender?.login);
  if (!sender) return { nothing: 'The event does not say who caused it.' };
  // Whoever starts an attempt again asks for another draft.
  const anew: Omit<DraftRequest, 'issue'> = {
    request: `${execution.runner} ${execution.attempt}`,
    by: 'action',
    actor: { login: execution.attempt > 1 ? execution.startedBy : sender },
    at: now,
  };

  if (name === 'issues') {
    const issue = number(payload.issue?.number);
    if (payload.action !== 'labeled' || !issue || payload.issue?.pull_request)
      return { nothing: 'No issue got a label.' };
    if (text(payload.label?.name)?.toLowerCase() !== DRAFT_LABEL)
      return { nothing: `The label is not ${DRAFT_LABEL}.` };
    if (execution.attempt > 1) return { request: { issue, ...anew } };
    const at = text(payload.issue?.updated_at) ?? now;
    return { request: { ...anew, issue, by: 'label', at } };
  }
  if (name === 'workflow_dispatch') {
    const issue = number(payload.inputs?.issue);
    if (!issue) return { nothing: 'The form names no issue.' };
    const guidance = text(payload.inputs?.guidance);
    return { request: { issue, ...anew, ...(guidance ? { guidance } : {}) } };
  }
  if (name === 'repository_dispatch' && payload.action === DISPATCH_TYPE) {
    const look = parseLookDispatch(payload.client_payload);
    if (look) return { look };
    const told = parseDispatch(payload.client_payload);
    if (!told) return { nothing: 'The dispatch is none of ours.' };
    if (execution.attempt > 1) return { request: { ...told, ...anew } };
    const { by, actor } = told;
    return { request: { ...told, by: anew.by, actor: anew.actor }, handedOver: { by, actor } };
  }
  return { nothing: `Nothing is drafted on the event ${name}.` };
}

/** `workflow_dispatch` gives every input as a string. */
function number(value: unknown): number | undefined {
  const found = Number(typeof value === 'string' ? value.replace(/^#/, '') : value);
  return Number.isSafeInteger(found) && found > 0 ? found : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() ? value.trim() : undefined;
}
