/**
 * Makes github-openapi.json.gz from GitHub's own description of its API (README.md beside it says where that comes from):
 *
 *     node test/fidelity/slim.ts <folder of @octokit/openapi>
 *
 * All operations, webhooks and schemas stay. Prose goes, and so do most examples: of the published ones only those of
 * operations under the paths in EXAMPLES_OF are kept, because the tests of the validator hold it against them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';

type Tree = { [key: string]: unknown };

const PROSE = new Set(
  'title description summary externalDocs tags default example examples deprecated readOnly discriminator'.split(' '),
);
/** Keys whose value maps free names to parts: there a field called `description` or `tags` is a name, not prose. */
const NAME_MAPS = new Set([
  'properties',
  'patternProperties',
  'schemas',
  'parameters',
  'responses',
  'headers',
  'content',
]);
const EXAMPLES_OF =
  /^\/(app|installation|rate_limit|search\/issues|user$|repos\/\{owner\}\/\{repo\}(\/(issues|labels|pulls|git|contents|branches|milestones|check-runs|statuses|commits|compare|collaborators|installation|merges|assignees)|$))/;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutProse(value: unknown, keysAreNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => keysAreNames || !(PROSE.has(key) || key.startsWith('x-')))
      .map(([key, part]) => [key, withoutProse(part, !keysAreNames && NAME_MAPS.has(key) && isTree(part))]),
  );
}

function resolve(description: Tree, value: unknown): Tree {
  if (!isTree(value)) return {};
  if (typeof value.$ref !== 'string') return value;
  const path = value.$ref.slice(2).split('/');
  return path.reduce<Tree>((tree, key) => tree[key] as Tree, description);
}

/** [method, path, status, body] of every example GitHub publishes for a JSON answer of the operation. */
function examplesOf(description: Tree, path: string, method: string, operation: Tree): unknown[] {
  return Object.entries((operation.responses ?? {}) as Tree).flatMap(([status, answer]) => {
    const content = (resolve(description, answer).content ?? {}) as Tree;
    const examples = (content['application/json'] as Tree | undefined)?.examples as Tree | undefined;
    return Object.values(examples ?? {}).map((example) => [
      method.toUpperCase(),
      path,
      Number(status),
      resolve(description, example).value,
    ]);
  });
}

const packageFolder = process.argv[2];
if (packageFolder === undefined) throw new Error('Usage: node test/fidelity/slim.ts <folder of @octokit/openapi>');
const description = JSON.parse(readFileSync(join(packageFolder, 'generated/api.github.com.json'), 'utf8')) as Tree;
const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };

const paths = description.paths as { [path: string]: Tree };
const components = description.components as Tree;
const slim = {
  source: `@octokit/openapi ${version}`,
  paths: Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, withoutProse(item)])),
  webhooks: Object.fromEntries(
    Object.entries(description['x-webhooks'] as Tree).map(([name, item]) => [name, withoutProse(item)]),
  ),
  components: withoutProse({ ...components, examples: undefined }),
  examples: Object.entries(paths)
    .filter(([path]) => EXAMPLES_OF.test(path))
    .flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, operation]) => examplesOf(description, path, method, operation as Tree)),
    ),
};
const packed = gzipSync(JSON.stringify(slim), { level: constants.Z_BEST_COMPRESSION });
writeFileSync(new URL('github-openapi.json.gz', import.meta.url), packed);
console.log(
  `${slim.source}: ${Object.keys(slim.paths).length} paths, ${Object.keys(slim.webhooks).length} webhooks, ${slim.examples.length} examples, ${packed.length} bytes`,
);
