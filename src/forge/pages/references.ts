import { at, type Commit, type GitHub, type Issue } from './github.ts';

/** Where a mention in a text leads. */
export interface Target {
  href: string;
  title: string;
}

/** Answers whether what a text names exists; each question is asked once a page. */
export interface Lookup {
  issue(owner: string, repo: string, number: string): Promise<Target | undefined>;
  commit(owner: string, repo: string, sha: string): Promise<Target | undefined>;
  person(login: string): Target | undefined;
}

/** A hostile text may name thousands of things; after this many questions, or links in one text, the rest stays plain. */
const mostQuestions = 100;
const mostLinks = 500;

export function lookup(github: GitHub, people: readonly string[]): Lookup {
  const known = new Map<string, Promise<Target | undefined>>();
  const once = (key: string, ask: () => Promise<Target | undefined>) => {
    const asked = known.get(key);
    if (asked) return asked;
    if (known.size >= mostQuestions) return Promise.resolve(undefined);
    const answer = ask().catch(() => undefined);
    known.set(key, answer);
    return answer;
  };
  return {
    issue: (owner, repo, number) =>
      once(`${owner}/${repo}#${number}`, async () => {
        const issue = await github.find<Issue>(at`/repos/${owner}/${repo}/issues/${number}`);
        const kind = issue?.pull_request ? 'pull' : 'issues';
        return issue && { href: `/${owner}/${repo}/${kind}/${number}`, title: `${issue.title} (${issue.state})` };
      }),
    commit: (owner, repo, sha) =>
      once(`${owner}/${repo}@${sha}`, async () => {
        const found = await github.find<Commit>(at`/repos/${owner}/${repo}/commits/${sha}`);
        return found?.sha.startsWith(sha)
          ? { href: `/${owner}/${repo}/commit/${found.sha}`, title: found.commit.message.split('\n')[0] ?? '' }
          : undefined;
      }),
    person: (login) => {
      const person = people.find((name) => name.toLowerCase() === login.toLowerCase());
      return person === undefined ? undefined : { href: `/${person}`, title: person };
    },
  };
}

/** One piece of a text: plain, or a link that replaces it. */
export interface Piece {
  text: string;
  target?: Target;
  kind?: 'issue' | 'commit' | 'person';
}

const name = '[A-Za-z0-9_.-]+';
const pattern = new RegExp(
  `(?<![\\w/#@&.\`-])(?:` +
    `(?:(?<owner>${name})/(?<repo>${name}))?#(?<number>[1-9]\\d{0,8})(?![\\w])` +
    `|(?:(?<commitOwner>${name})/(?<commitRepo>${name})@)?(?<sha>[0-9a-f]{7,40})(?![\\w])` +
    `|@(?<login>[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?![\\w/-]))`,
  'g',
);

/** Splits a text at `#12`, `owner/repo#12`, commit hashes and `@person`, as GitHub does; only what exists becomes a link. */
export async function references(text: string, owner: string, repo: string, ask: Lookup): Promise<Piece[]> {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (pieces.length >= mostLinks * 2) break;
    const found = await resolve(match, owner, repo, ask);
    if (!found) continue;
    pieces.push({ text: text.slice(end, match.index) }, found);
    end = match.index + match[0].length;
  }
  pieces.push({ text: text.slice(end) });
  return pieces.filter((piece) => piece.text !== '');
}

async function resolve(match: RegExpExecArray, owner: string, repo: string, ask: Lookup): Promise<Piece | undefined> {
  const { groups = {} } = match;
  const text = match[0];
  if (groups.number) {
    const target = await ask.issue(groups.owner ?? owner, groups.repo ?? repo, groups.number);
    return target && { text, target, kind: 'issue' };
  }
  if (groups.login) {
    const target = ask.person(groups.login);
    return target && { text, target, kind: 'person' };
  }
  const sha = groups.sha ?? '';
  // A run of digits alone is nearly always a number.
  if (!/[a-f]/.test(sha) || !/\d/.test(sha)) return undefined;
  const target = await ask.commit(groups.commitOwner ?? owner, groups.commitRepo ?? repo, sha);
  const short = groups.commitOwner ? text.slice(0, text.indexOf('@') + 8) : sha.slice(0, 7);
  return target && { text: short, target, kind: 'commit' };
}
