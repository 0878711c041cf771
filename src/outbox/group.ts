import { full, isUnavailable, unavailable } from './engine.ts';

export interface GroupCommit<Item, Result> {
  add(item: Item, bytes: number): Promise<Result>;
  /** Refuses further items and resolves when the last waiting one is decided. */
  drain(): Promise<void>;
}

interface Waiting<Item, Result> {
  item: Item;
  bytes: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** What one transaction takes at most. */
const GROUP_ITEMS = 500;

/**
 * Group commit: items that arrive while a commit is in flight share the next one. `commit` resolves when all of a group are durable,
 * with one result for each item in its order. Above `bounds` items or bytes that wait, new ones are refused: `outbox_full`.
 */
export function groupCommit<Item, Result>(
  commit: (group: Item[]) => Promise<Result[]>,
  bounds: { items: number; bytes: number },
): GroupCommit<Item, Result> {
  let queue: Waiting<Item, Result>[] = [];
  let waitingItems = 0;
  let waitingBytes = 0;
  let running: Promise<void> | undefined;
  let closed = false;

  async function run(): Promise<void> {
    // Let the other requests of this turn of the event loop join.
    await new Promise(setImmediate);
    while (queue.length > 0) {
      const group = queue.slice(0, GROUP_ITEMS);
      queue = queue.slice(GROUP_ITEMS);
      await decide(group);
      for (const { bytes } of group) {
        waitingItems -= 1;
        waitingBytes -= bytes;
      }
    }
    running = undefined;
  }

  async function decide(group: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await commit(group.map(({ item }) => item));
      group.forEach(({ resolve }, i) => {
        resolve(results[i] as Result);
      });
    } catch (error) {
      // The store is down for all of them, or one bad item failed its neighbours.
      if (group.length === 1 || isUnavailable(error))
        for (const { reject } of group) reject(isUnavailable(error) ? error : unavailable(error));
      else for (const waiting of group) await decide([waiting]);
    }
  }

  return {
    add(item, bytes) {
      if (closed) return Promise.reject(unavailable(new Error('closing')));
      if (waitingItems >= bounds.items || waitingBytes + bytes > bounds.bytes)
        return Promise.reject(full('More is coming in than the outbox can store.'));
      waitingItems += 1;
      waitingBytes += bytes;
      return new Promise((resolve, reject) => {
        queue.push({ item, bytes, resolve, reject });
        running ??= run();
      });
    },
    async drain() {
      closed = true;
      await running;
    },
  };
}
