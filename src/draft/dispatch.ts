import type { DraftCause } from '../issues/index.ts';
import type { DraftRequest } from './request.ts';

/**
 * A draft request as the `repository_dispatch` event that hands it over to the workflow in the repository. Only whoever may write
 * contents can send one; what it says of who asked is to be believed of our own identity alone.
 */
export const DISPATCH_TYPE = 'patchwork-draft';

export interface Dispatch {
  event_type: typeof DISPATCH_TYPE;
  client_payload: Record<string, string | number>;
}

export function renderDispatch({ issue, request, by, actor, at, guidance, revise }: DraftRequest): Dispatch {
  return {
    event_type: DISPATCH_TYPE,
    client_payload: {
      ...{ issue, request, by, at },
      // No login has a space.
      actor: actor === 'operator' ? 'the operator' : actor.login,
      ...(guidance === undefined ? {} : { guidance }),
      ...(revise === undefined ? {} : { revise: revise.pull }),
    },
  };
}

/** Asks the workflow to look at the default branch after the draft of a gap was merged by policy; it finds out there what is to be done. */
export function renderLookDispatch(issue: number): Dispatch {
  return { event_type: DISPATCH_TYPE, client_payload: { issue, look: 'after the merge' } };
}

/** The gap's issue; undefined for what no `renderLookDispatch` made. */
export function parseLookDispatch(payload: unknown): number | undefined {
  const { issue, look } = (payload ?? {}) as Record<string, unknown>;
  return isNumber(issue) && look === 'after the merge' ? issue : undefined;
}

/** Undefined for what no `renderDispatch` made. */
export function parseDispatch(payload: unknown): DraftRequest | undefined {
  const { issue, request, by, at, actor, guidance, revise } = (payload ?? {}) as Record<string, unknown>;
  const cause = CAUSES.find((known) => known === by);
  if (!isNumber(issue) || typeof request !== 'string' || !cause || typeof at !== 'string') return undefined;
  if (typeof actor !== 'string' || Number.isNaN(Date.parse(at))) return undefined;
  return {
    ...{ issue, request, by: cause, at },
    actor: actor === 'the operator' ? 'operator' : { login: actor },
    ...(typeof guidance === 'string' ? { guidance } : {}),
    ...(isNumber(revise) ? { revise: { pull: revise } } : {}),
  };
}

const CAUSES: DraftCause[] = ['label', 'command', 'dashboard', 'api', 'auto', 'cli', 'action'];

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
