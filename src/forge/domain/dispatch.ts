import { invalid, notFound, unprocessable } from '../answers.ts';
import { emit } from '../hooks/emit.ts';
import type { Actor, Repo, World } from '../world.ts';
import { demand } from './access.ts';
import { type Input, isObject, requiredText } from './fields.ts';

const MOST_PROPERTIES = 10;

/** `POST /dispatches`: a `repository_dispatch` event of the caller's own kind. */
export function dispatch(world: World, actor: Actor, repo: Repo, input: Input): void {
  demand(world, actor, repo, 'write', 'contents:write', notFound());
  const type = requiredText(input, 'event_type', { resource: 'RepositoryDispatch', max: 100 });
  const { client_payload: payload = {} } = input;
  if (!isObject(payload)) throw invalid({ resource: 'RepositoryDispatch', field: 'client_payload', code: 'invalid' });
  if (Object.keys(payload).length > MOST_PROPERTIES) {
    throw unprocessable(
      `No more than ${MOST_PROPERTIES} properties are allowed; ${Object.keys(payload).length} were supplied.`,
    );
  }
  emit(world, repo, actor.account, 'repository_dispatch', type, () => ({
    branch: repo.default_branch,
    client_payload: payload,
  }));
}
