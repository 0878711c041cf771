/** GraphQL node ids: a type prefix like GitHub's and the row id, so they can be read back without a table. */
const PREFIX = {
  User: 'U',
  Organization: 'O',
  Bot: 'BOT',
  Repository: 'R',
  Issue: 'I',
  PullRequest: 'PR',
  IssueComment: 'IC',
  Label: 'LA',
  Milestone: 'MI',
  App: 'A',
  Installation: 'MDIz',
  Reaction: 'REA',
  IssueEvent: 'LE',
  CheckRun: 'CR',
  CheckSuite: 'CS',
  Status: 'SC',
  Commit: 'C',
  Tree: 'T',
  Blob: 'B',
  Tag: 'TA',
  Ref: 'REF',
  Review: 'PRR',
  Release: 'RE',
  UserContentEdit: 'UCE',
} as const;

export type NodeType = keyof typeof PREFIX;

/** `key` is a row id, or `<repository id>:<oid or ref>` for git objects. */
export function nodeId(type: NodeType, key: number | string): string {
  return `${PREFIX[type]}_${Buffer.from(`${key}`).toString('base64url')}`;
}

export function parseNodeId(id: string): { type: NodeType; key: string } | null {
  const cut = id.indexOf('_');
  const type = (Object.keys(PREFIX) as NodeType[]).find((name) => PREFIX[name] === id.slice(0, cut));
  if (!type) return null;
  const key = Buffer.from(id.slice(cut + 1), 'base64url').toString();
  return nodeId(type, key) === id ? { type, key } : null;
}
