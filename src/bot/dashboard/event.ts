import { boxesOf, humanPart, parseDashboard, turnOf } from './body.ts';
import type { Box, Signed } from './box.ts';
import { newTicks } from './ticks.ts';

/** What an edit of an issue's text means for the dashboard; undefined when it means nothing. */
export function readEdit(before: string, after: string, byUs: boolean, signed: Signed): { ticks: Box[] } | undefined {
  if (!byUs) {
    const ticks = newTicks(before, after, signed);
    return ticks.length || parseDashboard(before, signed) || parseDashboard(after, signed) ? { ticks } : undefined;
  }
  // Our own edit tells what it replaced: more than we had read means that somebody was faster.
  const written = parseDashboard(after, signed);
  if (!written) return undefined;
  const lost = [...boxesOf(before, signed).values()].some(
    ({ box, ticked }) => ticked && box.turn >= turnOf(written.record, box),
  );
  return lost || humanPart(before) !== humanPart(after) ? { ticks: [] } : undefined;
}
