/** Something that reports have in common, and which of them have it how much. */
export interface Posting {
  name: string;
  members: number[];
  weights: number[];
}

export interface Postings {
  /** How many members have it. */
  count(name: string): number;
  get(name: string): Posting | undefined;
  add(member: number, features: Iterable<[string, number]>): Posting[];
  remove(member: number, features: Iterable<Posting>): void;
}

export function createPostings(): Postings {
  const postings = new Map<string, Posting>();
  return {
    count: (name) => postings.get(name)?.members.length ?? 0,
    get: (name) => postings.get(name),
    add(member, features) {
      return [...features].map(([name, weight]) => {
        const posting = postings.get(name) ?? { name, members: [], weights: [] };
        postings.set(name, posting);
        posting.members.push(member);
        posting.weights.push(weight);
        return posting;
      });
    },
    remove(member, features) {
      for (const posting of features) {
        const at = posting.members.indexOf(member);
        if (at < 0) continue;
        posting.members.splice(at, 1);
        posting.weights.splice(at, 1);
        if (posting.members.length === 0) postings.delete(posting.name);
      }
    },
  };
}
