/** GitHub's own descriptions as checks: each returns a sentence for every mistake, and none for what is valid. */
import { readDescription } from './description.ts';
import { graphqlChecker } from './graphql.ts';
import { restChecker } from './rest.ts';

export type Fidelity = ReturnType<typeof read>;

let loaded: Fidelity | undefined;

/** Reading takes about 60 ms, once a process; GraphQL's schema (about 200 ms) is read when the first document is checked. */
export async function loadFidelity(): Promise<Fidelity> {
  loaded ??= read();
  return loaded;
}

function read() {
  const description = readDescription();
  return {
    ...restChecker(description),
    checkGraphQL: graphqlChecker(),
    isTopic: description.isTopic,
    /** GitHub's name for what a request means, e.g. `issues/create`. */
    operationId: (method: string, url: string) =>
      description.operation(method, new URL(url, 'http://api').pathname)?.id,
    /** Examples that GitHub publishes: [method, path, status, body]. */
    examples: description.examples,
    source: description.source,
  };
}
