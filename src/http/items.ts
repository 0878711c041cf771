import * as z from 'zod';
import { type DraftRun, type Gap, OUTCOMES, REVIEWED_LABEL, sealedFields, withoutMarkers } from '../issues/index.ts';
import { GAP_TYPES, RESOLUTIONS, type Report } from '../report/index.ts';

const note = z.object({
  id: z.string(),
  timestamp: z.string().describe('ISO 8601.'),
  content: z.string().describe('Markdown.'),
  author: z.string().describe('A GitHub login; empty until the note is on GitHub.'),
});

const merge = z.object({
  state: z.enum(['waiting', 'refused', 'merging', 'merged', 'kept', 'undoing', 'undone']),
  says: z.string().describe('Why, and what comes next.'),
  at: z.string().describe('When the state was reached, ISO 8601.'),
  readied: z.boolean().optional().describe('The pull request was marked ready for review by us.'),
  commit: z.string().optional().describe('On the default branch.'),
  revert: z
    .object({ number: z.int(), url: z.string(), head: z.string(), why: z.string() })
    .optional()
    .describe('The pull request that undoes it.'),
});

const draft = z.object({
  request: z.string().describe('What asked for it; the same request never drafts twice.'),
  actor: z.string().describe('Who asked.'),
  by: z.enum(['label', 'command', 'dashboard', 'api', 'auto', 'cli', 'action']).describe('What led to it.'),
  guidance: z.string().optional().describe('What it was to do otherwise than the one before.'),
  revise: z.object({ pull: z.int() }).optional().describe('The draft it starts from.'),
  startedAt: z.string().describe('ISO 8601.'),
  endedAt: z.string().optional().describe('ISO 8601.'),
  outcome: z.enum(OUTCOMES).optional().describe('How it ended; absent while it runs.'),
  reason: z.string().optional().describe('A stable word for why it ended so.'),
  summary: z.string().optional().describe('One sentence for people, and the next useful action.'),
  branch: z.string().optional(),
  pull: z.object({ number: z.int(), url: z.string() }).optional(),
  proof: z
    .object({ head: z.string(), stops: z.array(z.string()), confidence: z.number() })
    .optional()
    .describe('What was verified: the commit, and why it must not be merged by policy.'),
  merge: merge.optional().describe('Where its merge by policy stands.'),
});

/** A report as the API shows it: the fields it always had, and where its gap stands. */
export const itemSchema = z
  .object({
    id: z.string().describe('A ULID.'),
    timestamp: z.string().describe('When it was taken, ISO 8601.'),
    server_name: z.string(),
    what_i_needed: z.string(),
    what_i_tried: z.string(),
    gap_type: z.enum(GAP_TYPES),
    suggestion: z.string(),
    user_goal: z.string(),
    resolution: z.enum([...RESOLUTIONS, '']),
    tools_available: z.array(z.string()),
    agent_model: z.string(),
    session_id: z.string(),
    client_type: z.string(),
    server_version: z.string(),
    client_version: z.string(),
    surface_hash: z.string(),
    session_source: z.string(),
    sealed: z.array(z.string()).describe('Fields that its issue does not show, because everybody can read that.'),
    remarks: z.array(z.string()).describe('What was changed when it was taken, and why it folded.'),
    status: z.enum(['pending', 'open', 'closed']).describe('`pending` until its issue exists.'),
    reviewed: z.boolean(),
    gap: z.int().nullable().describe('The number of its issue.'),
    title: z.string(),
    url: z.string().describe('The issue.'),
    seen: z.int().describe('How many reports the gap has.'),
    labels: z.array(z.string()),
    pr_url: z.string().describe('The newest draft’s pull request, or empty.'),
    drafts: z.array(draft.meta({ id: 'Draft' })).describe('Every attempt at a draft, oldest first.'),
    notes: z.array(note.meta({ id: 'Note' })).describe('Oldest first.'),
  })
  .meta({ id: 'Item', description: 'A report, with the state of its gap.' });

export type Item = z.infer<typeof itemSchema>;

/** What is said of a draft; what its run keeps for itself stays with it. */
function draftOf({ runner: _, commit: __, ...said }: DraftRun): Item['drafts'][number] {
  return said;
}

/** The notes of a gap as the API shows them. */
export function notesOf(gap: Gap): Item['notes'] {
  return gap.notes.map(({ id, createdAt, content, author }) => ({
    id,
    timestamp: createdAt,
    content: withoutMarkers(content),
    author,
  }));
}

/** `notes` are those of its gap: many reports share them. */
export function itemOf(report: Report, gap: Gap | undefined, notes: Item['notes']): Item {
  const { received_at, ...fields } = report;
  const pull = gap?.status?.runs.findLast((run) => run.pull)?.pull;
  return {
    ...fields,
    sealed: sealedFields(report),
    timestamp: received_at,
    status: gap?.state ?? 'pending',
    reviewed: gap?.labels.includes(REVIEWED_LABEL) ?? false,
    gap: gap?.number ?? null,
    title: gap?.title ?? '',
    url: gap?.url ?? '',
    seen: gap?.reports.length ?? 1,
    labels: gap?.labels ?? [],
    pr_url: pull?.url ?? '',
    drafts: gap?.status?.runs.map(draftOf) ?? [],
    notes,
  };
}
