/** Tells that a repository's dashboard may have to say something else: soon after a change, and seldom while changes keep coming. */
export interface Watch {
  changed(repository: string): void;
  close(): void;
}

export function watchChanges(
  look: (repository: string) => Promise<unknown>,
  { soonMs, everyMs }: { soonMs: number; everyMs: number },
  log: (message: string, details?: object) => void,
): Watch {
  const waiting = new Map<string, NodeJS.Timeout>();
  const lookedAt = new Map<string, number>();
  return {
    changed(name) {
      const repository = name.toLowerCase();
      if (waiting.has(repository)) return;
      const now = performance.now();
      const at = Math.max(now + soonMs, (lookedAt.get(repository) ?? Number.NEGATIVE_INFINITY) + everyMs);
      const timer = setTimeout(() => {
        waiting.delete(repository);
        lookedAt.set(repository, performance.now());
        // The next change, or the next sweep, looks again.
        look(repository).catch((error: Error) => log('dashboard not looked at', { repository, reason: error.message }));
      }, at - now);
      waiting.set(repository, timer.unref());
    },
    close() {
      for (const timer of waiting.values()) clearTimeout(timer);
    },
  };
}
