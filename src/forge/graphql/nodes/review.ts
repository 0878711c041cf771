import { may } from '../../domain/access.ts';
import { getPull } from '../../domain/pulls.ts';
import { listReviews, type Review } from '../../domain/reviews.ts';
import { reviewersOf, viewReview } from '../../domain/views.ts';
import { nodeId } from '../../nodes.ts';
import { reviewJson } from '../../present/review.ts';
import type { Issue, Repo } from '../../world.ts';
import { type ConnectionArguments, connection, listSource } from '../connection.ts';
import type { Asking } from '../index.ts';
import { accountNode } from './account.ts';
import { NOTHING } from './conversation.ts';
import { commitAt } from './git.ts';
import { repositoryNode } from './repository.ts';
import { subjectNode } from './subject.ts';

export function reviewNode(asking: Asking, repo: Repo, review: Review) {
  const { world, viewer } = asking;
  const view = viewReview(world, repo, review);
  const json = reviewJson(world.links, view);
  const own = review.user_id === viewer.account.id;
  const mayEdit = own || may(world, viewer, repo, 'write', 'pull_requests:write');
  return {
    __typename: 'PullRequestReview',
    id: json.node_id,
    databaseId: review.id,
    fullDatabaseId: String(review.id),
    author: accountNode(world, view.author),
    authorAssociation: view.association,
    authorCanPushToRepository: false,
    body: review.body,
    bodyText: review.body,
    state: review.state,
    createdAt: review.created_at,
    publishedAt: review.submitted_at,
    submittedAt: review.submitted_at,
    updatedAt: review.submitted_at ?? review.created_at,
    lastEditedAt: null,
    createdViaEmail: false,
    includesCreatedEdit: false,
    isMinimized: false,
    minimizedReason: null,
    url: json.html_url,
    resourcePath: new URL(json.html_url).pathname,
    commit: () => commitAt(asking, repo, review.commit_sha),
    comments: NOTHING('comments'),
    onBehalfOf: NOTHING('onBehalfOf'),
    reactionGroups: [],
    reactions: NOTHING('reactions'),
    pullRequest: () => subjectNode(asking, repo, view.issue),
    repository: () => repositoryNode(asking, repo),
    viewerDidAuthor: own,
    viewerCanDelete: own && review.state === 'PENDING',
    viewerCanUpdate: mayEdit,
    viewerCannotUpdateReasons: mayEdit ? [] : ['INSUFFICIENT_ACCESS'],
    viewerCanMinimize: false,
    viewerCanReact: false,
  };
}

const isOpinion = ({ state }: Review) => state === 'APPROVED' || state === 'CHANGES_REQUESTED';

/** The last of each reviewer. */
function latest(reviews: readonly Review[]): Review[] {
  return [...new Map(reviews.map((review) => [review.user_id, review])).values()];
}

/** What a pull request says of its reviews. */
export function reviewFields(asking: Asking, repo: Repo, issue: Issue) {
  const { world, viewer } = asking;
  const all = () => listReviews(world, getPull(world, repo, issue.number), viewer.account);
  const list = (name: string, rows: () => Review[]) => (args: ConnectionArguments) =>
    connection(name, args, listSource(rows()), (review) => reviewNode(asking, repo, review));
  return {
    reviews: (args: ConnectionArguments & { states?: string[] | null; author?: string | null }) =>
      list('reviews', () =>
        all()
          .filter(({ state }) => !args.states || args.states.includes(state))
          .filter((review) => !args.author || viewReview(world, repo, review).author.login === args.author),
      )(args),
    latestReviews: list('latestReviews', () => latest(all().filter(({ submitted_at }) => submitted_at !== null))),
    latestOpinionatedReviews: list('latestOpinionatedReviews', () => latest(all().filter(isOpinion))),
    reviewRequests: (args: ConnectionArguments) =>
      connection('reviewRequests', args, listSource(reviewersOf(world, issue)), (account) => ({
        __typename: 'ReviewRequest',
        id: nodeId('Review', `request:${issue.id}:${account.id}`),
        databaseId: null,
        asCodeOwner: false,
        requestedReviewer: accountNode(world, account),
        pullRequest: () => subjectNode(asking, repo, issue),
      })),
  };
}
