import type { Asking } from './index.ts';
import { checkMutations } from './mutations/checks.ts';
import { issueMutations } from './mutations/issues.ts';
import { labelMutations } from './mutations/labels.ts';
import { pullMutations } from './mutations/pulls.ts';
import { refMutations } from './mutations/refs.ts';
import { reviewMutations } from './mutations/reviews.ts';

// biome-ignore lint/suspicious/noExplicitAny: graphql has checked the input against GitHub's schema
type Change = (asking: Asking, input: any) => object | Promise<object>;

/** The fields of `Mutation` that the forge answers: each takes `input` and gives its `clientMutationId` back. */
export const mutations = Object.fromEntries(
  Object.entries<Change>({
    ...checkMutations,
    ...issueMutations,
    ...labelMutations,
    ...pullMutations,
    ...refMutations,
    ...reviewMutations,
  }).map(([name, change]) => [
    name,
    async ({ input }: { input: { clientMutationId?: string | null } }, asking: Asking) => ({
      clientMutationId: input.clientMutationId ?? null,
      ...(await change(asking, input)),
    }),
  ]),
);
