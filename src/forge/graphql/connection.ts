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

/** Where the wanted part of a list starts and ends. */
function bounds(name: string, args: ConnectionArguments, total: number): { start: number; end: number } {
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
  let end = args.before ? Math.min(indexOf(args.before) - 1, total) : total;
  if (first !== undefined && first !== null) end = Math.min(end, start + first);
  else start = Math.max(start, end - size);
  return { start, end: Math.max(start, end) };
}

/**
 * A Relay connection over a list. Only what is asked for is worked out, so `totalCount` alone needs neither `first` nor
 * `last`; `name` is for GitHub's words when rows are asked for without them.
 */
export function connection<Row>(
  name: string,
  args: ConnectionArguments,
  source: Source<Row>,
  toNode: (row: Row) => unknown,
) {
  let page: Promise<{ start: number; end: number; nodes: unknown[] }> | undefined;
  const load = async () => {
    const { start, end } = bounds(name, args, source.total);
    return { start, end, nodes: (await source.slice(start, end - start)).map(toNode) };
  };
  const loaded = () => {
    page ??= load();
    return page;
  };
  return {
    totalCount: source.total,
    nodes: async () => (await loaded()).nodes,
    edges: async () => {
      const { start, nodes } = await loaded();
      return nodes.map((node, index) => ({ node, cursor: cursorOf(start + index + 1) }));
    },
    pageInfo: async () => {
      const { start, end } = await loaded();
      return {
        hasNextPage: end < source.total,
        hasPreviousPage: start > 0,
        startCursor: end > start ? cursorOf(start + 1) : null,
        endCursor: end > start ? cursorOf(end) : null,
      };
    },
  };
}
