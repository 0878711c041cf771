import { nameOf, optionalList } from '../domain/fields.ts';
import { pullView } from '../domain/pull-views.ts';
import { getPull } from '../domain/pulls.ts';
import { freshGit } from '../domain/refs.ts';
import {
  changeReviewers,
  createReview,
  deletePendingReview,
  dismissReview,
  getReview,
  listReviews,
  type Review,
  submitReview,
  updateReview,
} from '../domain/reviews.ts';
import { reviewersOf, viewReview } from '../domain/views.ts';
import { userJson } from '../present/account.ts';
import { simplePullJson } from '../present/pull.ts';
import { reviewJson } from '../present/review.ts';
import type { Repo, World } from '../world.ts';
import { created, ok, pageOf, sliced } from './answer.ts';
import type { RepoCall, Surface, WriteCall } from './surface.ts';

const ON_PULL = '/pulls/:number{[0-9]+}';
const READ = 'pull_requests:read';

const toJson = (world: World, repo: Repo, review: Review) => reviewJson(world.links, viewReview(world, repo, review));
const pullOf = ({ world, repo, params }: RepoCall) => getPull(world, repo, Number(params.number));
const viewerOf = ({ viewer }: RepoCall) => ('account' in viewer ? viewer.account : null);
const reviewOf = (call: RepoCall) => getReview(call.world, pullOf(call), viewerOf(call), Number(call.params.id));

export function reviewRoutes({ read, write }: Surface): void {
  read(READ, `${ON_PULL}/reviews`, async (call) => {
    const { world, repo, query, url } = call;
    await freshGit(world, repo);
    const reviews = listReviews(world, pullOf(call), viewerOf(call));
    return sliced(world.links, url, pageOf(query), reviews, (review) => toJson(world, repo, review));
  });
  write('POST', `${ON_PULL}/reviews`, async (call) => {
    const { world, viewer, repo, input } = call;
    await freshGit(world, repo);
    return ok(toJson(world, repo, createReview(world, viewer, repo, pullOf(call), input)));
  });
  const ONE = `${ON_PULL}/reviews/:id{[0-9]+}`;
  read(READ, ONE, (call) => ok(toJson(call.world, call.repo, reviewOf(call))));
  write('PUT', ONE, (call) => {
    const { world, viewer, repo, input } = call;
    return ok(toJson(world, repo, updateReview(world, viewer, repo, reviewOf(call), input)));
  });
  write('DELETE', ONE, (call) => {
    const { world, viewer, repo } = call;
    const review = reviewOf(call);
    deletePendingReview(world, viewer, repo, review);
    return ok(toJson(world, repo, review));
  });
  write('POST', `${ONE}/events`, (call) => {
    const { world, viewer, repo, input } = call;
    return ok(toJson(world, repo, submitReview(world, viewer, repo, pullOf(call), reviewOf(call), input)));
  });
  write('PUT', `${ONE}/dismissals`, (call) => {
    const { world, viewer, repo, input } = call;
    return ok(toJson(world, repo, dismissReview(world, viewer, repo, pullOf(call), reviewOf(call), input)));
  });
  read(READ, `${ONE}/comments`, (call) => {
    reviewOf(call);
    return ok([]);
  });

  read(READ, `${ON_PULL}/requested_reviewers`, (call) => {
    const { world } = call;
    return ok({
      users: reviewersOf(world, pullOf(call).issue).map((account) => userJson(world.links, account)),
      teams: [],
    });
  });
  const change = (call: WriteCall, how: 'add' | 'remove') => {
    const { world, viewer, repo, input } = call;
    const found = pullOf(call);
    const logins = (optionalList(input, 'reviewers') ?? []).map((login) => nameOf(login, 'reviewers', 'login'));
    changeReviewers(world, viewer, repo, found, { logins, how });
    return simplePullJson(world.links, pullView(world, repo, getPull(world, repo, found.issue.number).issue));
  };
  write('POST', `${ON_PULL}/requested_reviewers`, (call) => created(change(call, 'add')));
  write('DELETE', `${ON_PULL}/requested_reviewers`, (call) => ok(change(call, 'remove')));
}
