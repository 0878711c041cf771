import type { RateLimiter } from '../rest/limits.ts';
import type { World } from '../world.ts';
export function createGraphql(_world: World, _limiter: RateLimiter): (request: Request) => Promise<Response> {
  return async () => new Response('{}');
}
