import type { DraftAnswer } from '../../src/draft/index.ts';
import { probePath } from '../../src/surface/index.ts';
import { answerOf, EARLIER_ISSUE, type Edits, type Gap, type GapServer } from './gap.ts';

/** Answers to one gap that must never end verified, by what is wrong with them. */
export function wrongAnswers(server: GapServer, gap: Gap): Record<string, DraftAnswer> {
  const with_ = (more: Edits) => answerOf(gap, [...gap.edits, ...more]);
  const other = server.gaps.find((each) => each.tool !== gap.tool) as Gap;
  return {
    'does nothing': answerOf(gap, [{ kind: 'write', path: 'docs/gap.md', content: `${gap.report.suggestion}\n` }], []),
    'changes the wrong tool': answerOf(gap, other.edits, other.declares),
    'breaks another tool': with_(server.breaks),
    'changes the surface undeclared': with_(server.adds),
    ...(server.removes ? { 'removes another tool, and says so': removing(gap, server.removes) } : {}),
    ...(server.weakens.length ? { 'edits the tests': with_([...server.breaks, ...server.weakens]) } : {}),
    'edits a probe': with_([{ kind: 'write', path: probePath(EARLIER_ISSUE), content: '{}\n' }]),
    'hard-codes the answer': answerOf(gap, gap.hard_codes),
    'has a syntax error': answerOf(gap, unfinished(gap.edits)),
    'touches a workflow': with_([{ kind: 'write', path: '.github/workflows/ci.yml', content: 'on: push\njobs: {}\n' }]),
  };
}

function removing(gap: Gap, { tool, edits }: NonNullable<GapServer['removes']>): DraftAnswer {
  const gone = { tool, change: 'remove' as const, parameters: [], description: '' };
  return answerOf(gap, [...gap.edits, ...edits], [...gap.declares, gone]);
}

const CODE = /\.(?:py|ts|go|rs)$/;

/** The first piece of code loses its end. */
function unfinished(edits: Edits): Edits {
  const at = edits.findIndex(({ path }) => CODE.test(path));
  return edits.map((edit, i) => {
    if (i !== at || edit.kind === 'delete') return edit;
    return edit.kind === 'replace'
      ? { ...edit, replace: `${edit.replace} ({[\n` }
      : { ...edit, content: `${edit.content}({[\n` };
  });
}
