import {
  createMilestone,
  deleteMilestone,
  getMilestone,
  listMilestones,
  updateMilestone,
} from '../domain/milestones.ts';
import { milestoneView } from '../domain/views.ts';
import { type Milestone, milestoneJson } from '../present/milestone.ts';
import type { Repo, World } from '../world.ts';
import { created, noContent, ok, pageOf, sliced } from './answer.ts';
import type { Surface } from './surface.ts';

const ONE = '/milestones/:number{[0-9]+}';
const READ = 'issues:read|pull_requests:read';

const toJson = (world: World, repo: Repo, milestone: Milestone) =>
  milestoneJson(world.links, repo, milestoneView(world, milestone));

export function milestoneRoutes({ read, write }: Surface): void {
  read(READ, '/milestones', ({ world, repo, query, url }) =>
    sliced(world.links, url, pageOf(query), listMilestones(world, repo, query), (row) => toJson(world, repo, row)),
  );
  write('POST', '/milestones', ({ world, viewer, repo, input }) => {
    const json = toJson(world, repo, createMilestone(world, viewer, repo, input));
    return created(json, json.url);
  });
  read(READ, ONE, ({ world, repo, params }) =>
    ok(toJson(world, repo, getMilestone(world, repo, Number(params.number)))),
  );
  write('PATCH', ONE, ({ world, viewer, repo, params, input }) => {
    const milestone = getMilestone(world, repo, Number(params.number));
    return ok(toJson(world, repo, updateMilestone(world, viewer, repo, milestone, input)));
  });
  write('DELETE', ONE, ({ world, viewer, repo, params }) => {
    deleteMilestone(world, viewer, repo, getMilestone(world, repo, Number(params.number)));
    return noContent();
  });
}
