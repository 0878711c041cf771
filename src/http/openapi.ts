import * as z from 'zod';
import { ERRORS, type ErrorCode } from './errors.ts';
import { errorsOf, type Route } from './route.ts';

/** JSON Schema 2020-12, which OpenAPI 3.1 takes as it is. */
export type Schema = { [key: string]: unknown };

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters: {
    name: string;
    in: 'path' | 'query' | 'header';
    required: boolean;
    description?: string;
    schema: Schema;
  }[];
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; headers?: Schema; content?: Record<string, { schema: Schema }> }>;
}

export interface Description {
  openapi: '3.1.1';
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, Schema> };
}

const ABOUT =
  'Reports of what agents miss in MCP servers, and the gaps they make. A key is good for one repository; everything is about that one. ' +
  'Errors have stable codes. Without a shared key the server answers its own machine only, and asks for none.';

/** Describes the routes as OpenAPI 3.1. */
export function describeRoutes(routes: readonly Route[], version: string): Description {
  const schemas: Description['components']['schemas'] = {
    Error: {
      type: 'object',
      required: ['error'],
      properties: {
        error: {
          type: 'object',
          required: ['code', 'message'],
          properties: {
            code: { type: 'string', description: 'Stable.' },
            message: { type: 'string', description: 'For people: what is wrong, and what to do.' },
            field: { type: 'string', description: 'The field or parameter that is wrong.' },
          },
        },
      },
    },
  };
  const schemaOf = (schema: z.ZodType): Schema => {
    const { $schema, $defs, ...own } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    const { root, defs } = JSON.parse(
      JSON.stringify({ root: own, defs: $defs ?? {} }).replaceAll('"#/$defs/', '"#/components/schemas/'),
    ) as { root: Schema; defs: Record<string, Schema> };
    Object.assign(schemas, defs);
    return root;
  };

  const paths: Description['paths'] = {};
  for (const route of routes) {
    for (const [n, path] of [route.path, ...(route.also ?? [])].entries()) {
      paths[path] ??= {};
      paths[path][route.method] = operation(route, n, schemaOf);
    }
  }
  return {
    openapi: '3.1.1',
    info: { title: 'PatchworkMCP', version, description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A key of `patchworkmcp keys create`, or the shared key (FEEDBACK_API_KEY). Operations name the scope they need.',
        },
      },
    },
  };
}

function operation(route: Route, n: number, schemaOf: (schema: z.ZodType) => Schema): Operation {
  const { method, path, tag, summary, description, scope, body, answer } = route;
  const content = (types: readonly string[], schema: z.ZodType | undefined) => ({
    content: Object.fromEntries(types.map((type) => [type, { schema: schema ? schemaOf(schema) : {} }])),
  });
  return {
    operationId:
      method + path.replaceAll(/[^A-Za-z0-9]+(\w?)/g, (_, letter: string) => letter.toUpperCase()) + (n || ''),
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    security: scope === null ? [] : [{ key: [scope] }],
    parameters: [
      ...parametersOf('path', route.params && schemaOf(route.params)),
      ...parametersOf('query', route.query && schemaOf(route.query)),
      ...Object.entries(route.headers ?? {}).map(([name, what]) => ({
        name,
        in: 'header' as const,
        required: false,
        description: what,
        schema: { type: 'string' },
      })),
    ],
    ...(body ? { requestBody: { required: true, ...content([body.raw ?? 'application/json'], body.schema) } } : {}),
    responses: {
      [answer.status]: {
        description: answer.what,
        ...(answer.headers ? { headers: headersOf(answer.headers) } : {}),
        ...(answer.schema || answer.types ? content(answer.types ?? ['application/json'], answer.schema) : {}),
      },
      ...Object.fromEntries(
        Object.entries(route.others ?? {}).map(([status, what]) => [status, { description: what }]),
      ),
      ...Object.fromEntries([...errorsOf(route)].map(([status, codes]) => [status, refusal(codes)])),
    },
  };
}

function refusal(codes: ErrorCode[]) {
  const only = { properties: { error: { properties: { code: { enum: codes } } } } };
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].what}`).join(' '),
    content: { 'application/json': { schema: { allOf: [{ $ref: '#/components/schemas/Error' }, only] } } },
  };
}

function headersOf(headers: Record<string, string>): Schema {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

function parametersOf(where: 'path' | 'query', schema: Schema | undefined): Operation['parameters'] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, Schema & { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...own }]) => ({
    name,
    in: where,
    required: required.includes(name),
    ...(description ? { description } : {}),
    schema: own,
  }));
}
