/** A request for a draft, and where it belongs: what is said of one is not for keys of another repository. */
export interface Place {
  /** owner/name, any case. */
  repository: string;
  issue: number;
  request: string;
}

/** What the drafts of this process say of themselves, kept for whoever listens now or comes back. */
export interface Progress {
  publish(step: Place & { text: string }): void;
  /** The steps of a request so far, oldest first. */
  steps(place: Place): readonly string[];
}

/** Requests whose steps are remembered; the issue’s status comment keeps them for good. */
const REMEMBERED = 200;

export function createProgress(): Progress {
  const known = new Map<string, string[]>();
  return {
    publish({ text, ...place }) {
      const key = keyOf(place);
      const steps = known.get(key) ?? [];
      steps.push(text);
      known.delete(key);
      known.set(key, steps);
      for (const oldest of known.keys()) {
        if (known.size <= REMEMBERED) break;
        known.delete(oldest);
      }
    },
    steps: (place) => known.get(keyOf(place)) ?? [],
  };
}

function keyOf({ repository, issue, request }: Place): string {
  return JSON.stringify([repository.toLowerCase(), issue, request]);
}
