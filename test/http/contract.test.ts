import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleRepository } from '../../src/cli/repositories.ts';
import { mintKey, SCOPES, type Scope } from '../../src/http/index.ts';
import type { Description, Schema } from '../../src/http/openapi.ts';
import { bareApp } from '../support/bare-app.ts';
import { checkerOf, type Described, operationsOf } from '../support/described.ts';
import { type Product, SAMPLE_REPORT, startProduct } from '../support/product.ts';

const secret = 'a-secret-of-this-server';
const shared = 'the-shared-key';
/** In every text of repository A, so that it is found wherever it should not be. */
const MARK = 'quetzalcoatl';
/** CI runs some a route; `CONTRACT_RUNS=2000 npx vitest run test/http/contract.test.ts` runs many. */
const RUNS = Number(process.env.CONTRACT_RUNS ?? 25);

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '-1',
    '0',
    '1e999',
    'NaN',
    'null',
    'true',
    '[]',
    '{}',
    '__proto__',
    '%',
    '../..',
    '١',
    'a'.repeat(5000),
  ),
);

describe('the API as it describes itself', () => {
  let product: Product;
  let description: Description;
  let operations: Described[];
  let revoked: string;
  const ids: string[] = [];
  const key = async (repo: string, scopes: readonly Scope[] = SCOPES, more: { expires?: string } = {}) =>
    (await mintKey([secret], { repo, scopes: [...scopes], ...more })).key;

  beforeAll(async () => {
    const local = await sampleRepository();
    const gone = await mintKey([secret], { repo: `owner/${local.name}`, scopes: [...SCOPES] });
    revoked = gone.key;
    if (!('files' in local.source)) throw new Error('the sample is files');
    const config = `revoked_keys: [${gone.kid}]\nmcp: {write: true}\n`;
    local.source = { files: { ...local.source.files, '.github/patchwork.yml': Buffer.from(config) } };
    const env = { FEEDBACK_API_KEY: shared, PATCHWORK_SECRET: secret, PATCHWORK_RATE_LIMIT: '0' };
    product = await startProduct({ local, env });
    await product.server.forge?.createRepository({ owner: 'owner', name: 'other', description: '', files: {} });
    const authorization = `Bearer ${shared}`;
    for (const n of [1, 2]) {
      const body = {
        ...SAMPLE_REPORT,
        what_i_needed: `${SAMPLE_REPORT.what_i_needed} ${MARK} ${n}`,
        server_name: MARK,
      };
      ids.push((await product.ask('POST', '/api/feedback', body, { authorization })).json.id);
    }
    await product.settled();
    ids.push('2');
    description = (await product.ask('GET', '/openapi.json')).json;
    operations = operationsOf(description);
  });
  afterAll(() => product.stop());

  const send = ({ method, path }: Described, id: string, authorization: string | undefined, body: unknown = {}) =>
    fetch(`${product.url}${path.replace('{id}', encodeURIComponent(id))}`, {
      method,
      headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
    });

  it('has every route in it that is served, and serves every route in it', () => {
    const app = bareApp({ outbox: undefined as never });
    const served = app.routes.flatMap(({ method, path }) =>
      method === 'ALL' ? [] : [`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`],
    );
    expect(new Set(served)).toEqual(new Set(operations.map(({ method, path }) => `${method} ${path}`)));
    expect(operations.length).toBeGreaterThan(20);
  });

  it('is valid OpenAPI 3.1: unique operations, references that lead somewhere, parameters that stand in the path', () => {
    expect(description.openapi).toMatch(/^3\.1\./);
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    for (const [, name = ''] of JSON.stringify(description).matchAll(/#\/components\/schemas\/([^"]+)"/g))
      expect(description.components.schemas).toHaveProperty(name);
    for (const { path, operation } of operations) {
      const named = operation.parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`);
      expect(path.match(/\{\w+\}/g) ?? []).toEqual(named);
    }
  });

  it('asks for a key wherever it says so, and takes no other', async () => {
    const good = await key(product.repository);
    const [head, payload, tail] = good.slice(3).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, repo: 'owner/other' })).toString('base64url');
    const bad: Record<string, string | undefined> = {
      none: undefined,
      garbage: 'Bearer garbage',
      'another scheme': `Basic ${Buffer.from(`x:${shared}`).toString('base64')}`,
      'a bare key': shared,
      'another secret': `Bearer ${(await mintKey(['another-secret-altogether'], { repo: product.repository, scopes: [...SCOPES] })).key}`,
      expired: `Bearer ${await key(product.repository, SCOPES, { expires: '-1 minute' })}`,
      'tampered with': `Bearer pw_${head}.${forged}.${tail}`,
      'alg: none': `Bearer pw_${new UnsecuredJWT(claims).encode()}`,
      'signed with the bare secret': `Bearer pw_${await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret))}`,
      revoked: `Bearer ${revoked}`,
    };
    for (const one of operations.filter(({ scope }) => scope)) {
      for (const [what, authorization] of Object.entries(bad)) {
        const reply = await send(one, ids[0] as string, authorization);
        expect([one.method, one.path, what, reply.status]).toEqual([one.method, one.path, what, 401]);
        expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer /);
        expect(await reply.text()).not.toContain(MARK);
      }
    }
  });

  it('gives a key nothing beyond its scopes', async () => {
    for (const one of operations) {
      if (!one.scope) continue;
      const others = SCOPES.filter((scope) => scope !== one.scope);
      const reply = await send(one, ids[0] as string, `Bearer ${await key(product.repository, others)}`);
      expect([one.method, one.path, reply.status]).toEqual([one.method, one.path, 403]);
      expect(reply.headers.get('www-authenticate')).toContain('insufficient_scope');
    }
  });

  it('gives a key nothing of another repository, on any route', async () => {
    const listOfA = async () =>
      (await product.ask('GET', '/api/feedback', undefined, { authorization: `Bearer ${shared}` })).json;
    const before = await listOfA();
    const foreign = `Bearer ${await key('owner/other')}`;
    const seen: string[] = [];
    for (const one of operations) {
      if (!one.scope || one.path === '/mcp') continue;
      for (const id of one.path.includes('{id}') ? ids : ['']) {
        const reply = await send(one, id, foreign, { ...SAMPLE_REPORT, content: 'mine now', server_slug: 's' });
        const text = await reply.text();
        expect(text, `${one.method} ${one.path}`).not.toContain(MARK);
        if (id) expect([one.method, one.path, reply.status]).toEqual([one.method, one.path, 404]);
        else expect([200, 201, 403, 422], `${one.method} ${one.path}: ${text}`).toContain(reply.status);
        seen.push(`${one.method} ${one.path}`);
      }
    }
    await product.settled();
    expect(await listOfA()).toEqual(before);
    expect(seen).toContain('PUT /api/settings');
    for (const path of ['/api/settings']) {
      const reply = await fetch(`${product.url}${path}`, { headers: { authorization: foreign } });
      expect(reply.status).toBe(403);
    }
  });

  it('gives a key nothing of another repository, through any tool or prompt', async () => {
    const rpc = async (authorization: string, method: string, params: object = {}) => {
      const body = { jsonrpc: '2.0', id: 1, method, params };
      return (await product.ask('POST', '/mcp', body, { authorization })).json as any;
    };
    const own = `Bearer ${await key(product.repository)}`;
    const foreign = `Bearer ${await key('owner/other')}`;
    const tools = (await rpc(own, 'tools/list')).result.tools as { name: string; inputSchema: Schema }[];
    expect(tools.map(({ name }) => name)).toEqual(['list_reports', 'get_report', 'add_note', 'request_draft']);
    expect((await rpc(foreign, 'tools/list')).result.tools.map(({ name }: { name: string }) => name)).toEqual([
      'list_reports',
      'get_report',
    ]);
    for (const { name } of tools) {
      for (const id of ids) {
        const answer = await rpc(foreign, 'tools/call', { name, arguments: { id, content: 'mine now' } });
        expect(JSON.stringify(answer), name).not.toContain(MARK);
        expect(Boolean(answer.error || answer.result.isError || name === 'list_reports'), name).toBe(true);
      }
    }
    for (const { name } of (await rpc(own, 'prompts/list')).result.prompts as { name: string }[]) {
      const given = { name, arguments: name === 'fix_gap' ? { id: '1' } : {} };
      expect(JSON.stringify(await rpc(own, 'prompts/get', given)), name).toContain(MARK);
      expect(JSON.stringify(await rpc(foreign, 'prompts/get', given)), name).not.toContain(MARK);
    }
  });

  it('answers whatever is asked as it says, and never with a 5xx', async () => {
    const check = checkerOf(description);
    const statuses = new Map<string, Set<number>>();
    for (const one of operations) {
      // What GitHub sends is watched, and this is none of it.
      if (one.path.endsWith('/webhooks')) continue;
      // Drafts are asked for by other tests: here they would only pile up.
      const known = one.path.endsWith('/draft-pr') ? ['none'] : ids;
      const schemaOf = (schema: Schema) => valuesOf(schema, description);
      const query = fc.record(
        Object.fromEntries(
          one.operation.parameters
            .filter((parameter) => parameter.in === 'query')
            .map(({ name, schema }) => [name, fc.oneof({ weight: 3, arbitrary: schemaOf(schema) }, nasty)]),
        ),
        { requiredKeys: [] },
      );
      const bodySchema = one.operation.requestBody?.content['application/json']?.schema;
      const body = bodySchema
        ? fc.oneof(
            { weight: 5, arbitrary: schemaOf(bodySchema).map((value) => JSON.stringify(value)) },
            fc.json(),
            nasty,
          )
        : fc.constant(undefined);
      const extra = fc.oneof({ weight: 9, arbitrary: fc.constant({}) }, fc.record({ unknown: nasty }));
      const id = fc.oneof(
        fc.constantFrom(...known),
        nasty.filter((text) => text !== '' && text !== '.' && text !== '..'),
      );
      await fc.assert(
        fc.asyncProperty(id, query, extra, body, async (asked, given, more, text) => {
          const search = new URLSearchParams(
            Object.entries({ ...given, ...more }).map(([name, value]) => [name, String(value)] as [string, string]),
          );
          const path = one.path.replace('{id}', encodeURIComponent(asked.toWellFormed()));
          const reply = await fetch(`${product.url}${path}${search.size ? `?${search}` : ''}`, {
            method: one.method,
            headers: { authorization: `Bearer ${shared}`, 'content-type': 'application/json' },
            ...(text === undefined ? {} : { body: text }),
          });
          expect(reply.status, await reply.clone().text()).toBeLessThan(500);
          expect(await check(one, reply)).toEqual([]);
          const key = `${one.method} ${one.path}`;
          statuses.set(key, (statuses.get(key) ?? new Set()).add(reply.status));
        }),
        { numRuns: RUNS },
      );
    }
    expect([...statuses].filter(([, seen]) => [...seen].some((status) => status < 300)).length).toBeGreaterThan(
      operations.length / 2,
    );
    await product.settled();
  }, 600_000);
});

/** Values that a schema allows, as far as it is read here. */
function valuesOf(schema: Schema, description: Description): fc.Arbitrary<unknown> {
  const { $ref, enum: words, const: only, anyOf, type, items, properties, required = [] } = schema;
  if (typeof $ref === 'string') {
    return valuesOf(description.components.schemas[$ref.replace(/^.*\//, '')] ?? {}, description);
  }
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(words)) return fc.constantFrom(...words);
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((one) => valuesOf(one as Schema, description)));
  switch ([type].flat()[0]) {
    case 'integer':
    case 'number':
      return fc.integer({ min: Number(schema.minimum ?? -5), max: Number(schema.maximum ?? 500) });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valuesOf((items ?? {}) as Schema, description), { maxLength: 4 });
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries((properties ?? {}) as Record<string, Schema>).map(([name, one]) => [
            name,
            // A key of a provider would make the drafts of this server leave the machine.
            name.endsWith('_api_key') ? fc.constant('') : valuesOf(one, description),
          ]),
        ),
        { requiredKeys: required as string[] },
      );
    default:
      return fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom('true', 'open', '2026-11-20', 'missing_tool'));
  }
}
