import type { Gaps } from '../issues/index.ts';
import { type Lease, LeaseLost } from '../outbox/index.ts';

type Octokit = Gaps['repository']['octokit'];
type Methods = Record<string, { endpoint: { DEFAULTS: { method: string } } } & ((parameters: object) => unknown)>;

export interface Fenced extends Gaps {
  /** Whether anything was asked to be changed through it. */
  wrote(): boolean;
}

/**
 * The same gaps, but nothing is written through them without the lease: it is renewed right before every request that is not a GET,
 * and one that could still be under way when the lease ends (`requestMs` is the longest that a request takes) is not sent.
 * What slips through nevertheless, from a process stopped in that very moment, is for `lookAgain` to mend.
 */
export function fenced({ repository, index }: Gaps, lease: Lease, requestMs: number): Fenced {
  let wrote = false;
  const guard =
    <Method extends (...parameters: never[]) => unknown>(method: Method) =>
    async (...parameters: Parameters<Method>) => {
      await lease.renew();
      if (lease.remaining() < requestMs) throw new LeaseLost(lease.lane);
      wrote = true;
      return method(...parameters);
    };
  const guardAll = (methods: Methods) =>
    new Proxy(methods, {
      get(target, name: string) {
        const method = target[name];
        return method && method.endpoint.DEFAULTS.method !== 'GET' ? guard(method) : method;
      },
    });
  const rest = new Proxy(repository.octokit.rest, {
    get: (target, scope) => guardAll(Reflect.get(target, scope) as unknown as Methods),
  });
  const octokit = new Proxy(repository.octokit, {
    get(target, key) {
      if (key === 'rest') return rest;
      // Queries go this way, too; renewing the lease for one does no harm.
      if (key === 'graphql' || key === 'request') return guard(Reflect.get(target, key) as Octokit['request']);
      return Reflect.get(target, key);
    },
  });
  return { repository: { ...repository, octokit }, index, wrote: () => wrote };
}
