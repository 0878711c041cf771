/** GitHub's description of its REST API and webhooks, as data: read once, looked up by request or event. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type Tree = { [key: string]: unknown };

/** A part of the description that may stand elsewhere under `components`. */
type Part<T> = T | { $ref: string };

export interface Parameter {
  name: string;
  in: 'query' | 'path' | 'header';
  required?: boolean;
  schema?: Tree;
}

interface Content {
  content?: { [mediaType: string]: { schema?: Tree } };
}

interface DescribedOperation {
  operationId: string;
  parameters?: Part<Parameter>[];
  requestBody?: Part<Content & { required?: boolean }>;
  responses: { [status: string]: Part<Content> };
}

interface Description {
  source: string;
  paths: { [path: string]: { [method: string]: DescribedOperation } };
  webhooks: { [name: string]: { post: DescribedOperation } };
  components: { schemas: { [name: string]: Tree }; [kind: string]: { [name: string]: unknown } };
  /** [method, path, status, body] */
  examples: [string, string, number, unknown][];
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  parameters: Parameter[];
  /** What the path of the request gave for the names in the path of the operation, decoded. */
  pathValues: Map<string, string>;
  requestSchema: Tree | undefined;
  requestRequired: boolean;
  /** The status codes that GitHub documents for the operation. */
  statuses: number[];
  answerSchema(status: number, mediaType?: string): Tree | undefined;
}

interface Route {
  path: string;
  names: string[];
  pattern: RegExp;
  weight: string;
  methods: { [method: string]: DescribedOperation };
}

/** Path parameters whose value may contain slashes, as GitHub's own routes take them. */
const SPANS_SLASHES = new Set(['path', 'ref', 'branch', 'basehead', 'dir', 'base', 'head']);

export function readDescription() {
  const packed = readFileSync(new URL('github-openapi.json.gz', import.meta.url));
  const description = JSON.parse(gunzipSync(packed).toString()) as Description;
  correct(description);
  const routes = Object.entries(description.paths)
    .map(([path, methods]) => routeOf(path, methods))
    .sort((a, b) => (a.weight < b.weight ? -1 : a.weight > b.weight ? 1 : b.path.length - a.path.length));
  const topics = new Set(routes.map((route) => route.path.split('/')[1] ?? ''));

  function resolve<T extends object>(part: Part<T>): T {
    if (!('$ref' in part)) return part;
    const [, , kind = '', name = ''] = part.$ref.split('/');
    return description.components[kind]?.[name] as T;
  }

  function described(route: Route, method: string, operation: DescribedOperation, values: string[]): Operation {
    const body = operation.requestBody && resolve(operation.requestBody);
    return {
      id: operation.operationId,
      method,
      path: route.path,
      parameters: (operation.parameters ?? []).map(resolve),
      pathValues: new Map(route.names.map((name, at) => [name, decoded(values[at] ?? '')])),
      requestSchema: body?.content?.['application/json']?.schema,
      requestRequired: body?.required ?? false,
      statuses: Object.keys(operation.responses).map(Number),
      answerSchema(status, mediaType = 'application/json') {
        const answer = operation.responses[String(status)];
        return answer && resolve(answer).content?.[mediaType]?.schema;
      },
    };
  }

  return {
    source: description.source,
    examples: description.examples,
    schemas: description.components.schemas,
    /** Whether a path can belong to the API at all: its first segment is one that GitHub's API uses. */
    isTopic: (pathname: string) => topics.has(pathname.split('/')[1] ?? ''),
    /** The operation that a request means; `undefined` when GitHub has none. The path is still percent-encoded. */
    operation(method: string, pathname: string): Operation | undefined {
      for (const route of routes) {
        const operation = route.methods[method.toLowerCase() === 'head' ? 'get' : method.toLowerCase()];
        const match = operation && route.pattern.exec(pathname);
        if (match) return described(route, method, operation, match.slice(1));
      }
      return undefined;
    },
    /** The schema of a webhook's payload; GitHub's name for it is the event and the action with dashes. */
    webhookSchema(event: string, action: unknown): Tree | undefined {
      // The action of a repository_dispatch is the sender's own word; the description has one sample.
      const parts = event === 'repository_dispatch' ? [event, 'sample.collected'] : [event, action];
      const name = parts
        .filter((part) => typeof part === 'string')
        .join('-')
        .replaceAll('_', '-');
      const body = description.webhooks[name]?.post.requestBody;
      return body && resolve(body).content?.['application/json']?.schema;
    },
  };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Two copies of schemas in the description are older than what they were copied from. */
function correct(description: Description): void {
  // an installation whose account is a user and an enterprise at once
  const answer = description.paths['/app/installations']?.get?.responses['200'] as Content;
  const schema = answer.content?.['application/json']?.schema;
  if (schema) schema.items = { $ref: '#/components/schemas/installation' };
  // a pull request whose repository lacks two fields that it has in the same event's other actions
  const { schemas } = description.components;
  const fields = (action: string) => schemas[`webhook-pull-request-review-${action}`]?.properties as Tree;
  fields('edited').pull_request = fields('submitted').pull_request;
}

/** The more literal of two paths that both match is the one meant: `/issues/comments/7` is no comment list of issue "comments". */
function routeOf(path: string, methods: Route['methods']): Route {
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? '');
  const source = path
    .replace(/[.+]/g, '\\$&')
    // The root folder of a repository has an empty path.
    .replace(/\/contents\/\{path\}$/, '/contents(?:/(.*))?')
    .replace(/\{([^}]+)\}/g, (_, name: string) => (SPANS_SLASHES.has(name) ? '(.+)' : '([^/]+)'));
  const weightOf = (segment: string) =>
    segment.startsWith('{') ? (SPANS_SLASHES.has(segment.slice(1, -1)) ? '2' : '1') : '0';
  return {
    path,
    names,
    pattern: new RegExp(`^${source}$`),
    weight: `${path.split('/').map(weightOf).join('')}3`,
    methods,
  };
}
