import type { Hono } from 'hono';
import type { World } from '../world.ts';
import { appRoutes } from './apps.ts';
import { checkRoutes } from './checks.ts';
import { commitRoutes } from './commits.ts';
import { contentRoutes } from './contents.ts';
import { deliveryRoutes } from './deliveries.ts';
import { gitRoutes } from './git.ts';
import { issueRoutes } from './issues.ts';
import { labelRoutes } from './labels.ts';
import type { RateLimiter } from './limits.ts';
import { metaRoutes } from './meta.ts';
import { milestoneRoutes } from './milestones.ts';
import { pullRoutes } from './pulls.ts';
import { reactionRoutes } from './reactions.ts';
import { releaseRoutes } from './releases.ts';
import { repositoryRoutes } from './repositories.ts';
import { reviewRoutes } from './reviews.ts';
import { searchRoutes } from './search.ts';
import { subIssueRoutes } from './sub-issues.ts';
import { byName, createSurface } from './surface.ts';
import { timelineRoutes } from './timeline.ts';
import { userRoutes } from './users.ts';

/** GitHub's REST API without a prefix: `/repos/…`, `/app`, `/user`, … The first matching route answers. */
export function createRest(world: World, limiter: RateLimiter): Pick<Hono, 'fetch'> {
  const surface = createSurface(world, limiter);
  for (const add of [
    metaRoutes,
    userRoutes,
    appRoutes,
    deliveryRoutes,
    repositoryRoutes,
    timelineRoutes,
    labelRoutes,
    reactionRoutes,
    issueRoutes,
    gitRoutes,
    contentRoutes,
    checkRoutes,
    commitRoutes,
    pullRoutes,
    releaseRoutes,
    reviewRoutes,
    searchRoutes,
    milestoneRoutes,
    subIssueRoutes,
  ]) {
    add(surface);
  }
  return { fetch: (request) => surface.app.fetch(byName(world, request)) };
}
