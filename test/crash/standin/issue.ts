/** The body of a gap's issue as the stand-in writes it: which gap it is, and every report of it once. */
export interface GapIssue {
  gap: string;
  sessions: Set<string>;
}

export const renderIssue = ({ gap, sessions }: GapIssue) =>
  [`<!-- gap: ${JSON.stringify(gap)} -->`, ...[...sessions].sort().map((session) => `- ${session}`)].join('\n');

export function parseIssue(body: string): GapIssue | undefined {
  const [first = '', ...lines] = body.split('\n');
  const gap = /^<!-- gap: (.*) -->$/.exec(first)?.[1];
  return gap === undefined
    ? undefined
    : { gap: JSON.parse(gap), sessions: new Set(lines.map((line) => line.slice(2))) };
}
