import { GitHubError } from '../answers.ts';

export interface ConnectionArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

/** A list that can be asked for a part of itself, so that large ones stay in the database. */
export interface Source<Row> {
  total: number;
  slice(offset: number, limit: number): Row[] | Promise<Row[]>;
}

export const listSource = <Row>(rows: readonly Row[]): Source<Row> => ({
  total: rows.length,
  slice: (offset, limit) => rows.slice(offset, offset + limit),
});

const LARGEST = 100;
const cursorOf = (index: number) => Buffer.from(`cursor:${index}`).toString('base64');
const indexOf = (cursor: string) => {
  const index = Number(/^cursor:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1]);
  if (!Number.isSafeInteger(index)) throw new GitHubError(422, `\`${cursor}\` does not appear to be a valid cursor.`);
  return index;
};

/** A Relay connection over a list; `name` is for GitHub's words when neither `first` nor `last` is given. */
export async function connection<Row>(
  name: string,
  args: ConnectionArguments,
  source: Source<Row>,
  toNode: (row: Row) => unknown,
) {
  const { first, last } = args;
  const size = first ?? last;
  if (size === undefined || size === null) {
    throw new GitHubError(
      422,
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
    );
  }
  if (size < 0 || size > LARGEST) {
    throw new GitHubError(
      422,
      `Requesting ${size} records on the \`${name}\` connection exceeds the limit of 100 records.`,
    );
  }
  let start = args.after ? indexOf(args.after) : 0;
  let end = args.before ? Math.min(indexOf(args.before) - 1, source.total) : source.total;
  if (first !== undefined && first !== null) end = Math.min(end, start + first);
  else start = Math.max(start, end - size);
  end = Math.max(start, end);
  const nodes = (await source.slice(start, end - start)).map(toNode);
  return {
    totalCount: source.total,
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: cursorOf(start + index + 1) })),
    pageInfo: {
      hasNextPage: end < source.total,
      hasPreviousPage: start > 0,
      startCursor: nodes.length > 0 ? cursorOf(start + 1) : null,
      endCursor: nodes.length > 0 ? cursorOf(end) : null,
    },
  };
}
