/** What runs in this process say of themselves, kept for whoever listens now or comes back. */
export interface Progress {
  publish(request: string, text: string): void;
  /** The steps of a request so far, oldest first. */
  steps(request: string): readonly string[];
}

/** Requests whose steps are remembered; the status comment keeps them for good. */
const REMEMBERED = 200;

export function createProgress(): Progress {
  const known = new Map<string, string[]>();
  return {
    publish(request, text) {
      const steps = known.get(request) ?? [];
      steps.push(text);
      known.delete(request);
      known.set(request, steps);
      for (const oldest of known.keys()) {
        if (known.size <= REMEMBERED) break;
        known.delete(oldest);
      }
    },
    steps: (request) => known.get(request) ?? [],
  };
}
