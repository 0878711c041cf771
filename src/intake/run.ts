import type { Lease, Outbox } from '../outbox/index.ts';
import { reasonOf } from '../report/index.ts';

export interface Runner {
  /** Stops claiming lanes and waits for the work under way. */
  stop(): Promise<void>;
  /** When a worker last looked for a lane; milliseconds since 1970. */
  turnedAt(): number;
}

export interface RunnerOptions {
  outbox: Outbox;
  /** Identifies this process among the workers of a fleet. */
  owner: string;
  /** Works off one lane; it releases the lease itself. */
  work(lease: Lease): Promise<void>;
  /** How many lanes are worked at the same time. */
  lanes: number;
  log(message: string, details?: object): void;
}

/** Other nodes accept too, and retries fall due: look without being woken at this interval. */
const POLL_MS = 500;

/** Claims due lanes and works them off until stopped. */
export function runLanes({ outbox, owner, work, lanes, log }: RunnerOptions): Runner {
  let stopping = false;
  let signals = 0;
  let turnedAt = Date.now();
  const wakers = new Set<() => void>();
  const wake = () => {
    signals += 1;
    for (const waker of wakers) waker();
  };
  const unsubscribe = outbox.onAccept(wake);

  const pause = (seen: number) =>
    new Promise<void>((resolve) => {
      // Woken between the last claim and now: do not sleep over it.
      if (signals !== seen) return resolve();
      const done = () => {
        clearTimeout(timer);
        wakers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, POLL_MS);
      wakers.add(done);
    });

  async function loop(): Promise<void> {
    while (!stopping) {
      const seen = signals;
      turnedAt = Date.now();
      try {
        const lease = await outbox.claim(owner);
        if (lease) await work(lease);
        else if (!stopping) await pause(seen);
      } catch (error) {
        log('worker stumbled', { error: reasonOf(error) });
        if (!stopping) await pause(seen);
      }
    }
  }

  const loops = Array.from({ length: lanes }, loop);
  return {
    turnedAt: () => turnedAt,
    async stop() {
      stopping = true;
      unsubscribe();
      wake();
      await Promise.all(loops);
    },
  };
}
