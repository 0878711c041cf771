import { once } from 'node:events';
import { chmod, readdir, symlink } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Isolation, ServerSpec, Stubs } from '../../src/surface/index.ts';
import { hasPython, pythonWith } from '../support/python.ts';
import { examine, folder, isolation, MODULES, repository, running, serverV1, serverV2, spy } from './support.ts';

const ONE = `server.registerTool('one', { description: 'One.', inputSchema: z.object({ a: z.string() }) }, async ({ a }) => ({
  content: [{ type: 'text', text: a }] }));`;
const SHAPE = `server.registerTool('one', { description: 'One.', inputSchema: { a: z.string() } }, async ({ a }) => ({
  content: [{ type: 'text', text: a }] }));`;

async function talk(files: Record<string, string>, server: Partial<ServerSpec> = {}, inside = isolation) {
  const live = await running(await repository(files), server, inside);
  if ('failed' in live) return live;
  const result = await live.client.callTool({ name: 'one', arguments: { a: 'said' } });
  return { era: live.era, tools: live.surface.tools.map(({ name }) => name), said: result.content };
}

const SAID = { tools: ['one'], said: [{ type: 'text', text: 'said' }] };

const http = (serve: string) => ({
  'server.mjs': `import { createServer } from 'node:http';
import { serve } from '@hono/node-server';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
const build = () => { const server = new McpServer({ name: 'h', version: '1' }); ${ONE} return server; };
const handler = createMcpHandler(build${serve});
serve({ fetch: (request) => handler.fetch(request), port: 8931, hostname: '127.0.0.1' });
`,
});

const stubs: Stubs = {
  http: [
    { method: 'GET', path: '/v1/items', query: { page: '2' }, status: 200, headers: {}, body: { items: ['c'] } },
    {
      method: 'GET',
      path: '/v1/items',
      query: {},
      status: 200,
      headers: { link: '</v1/items?page=2>; rel="next"' },
      body: { items: ['a', 'b'] },
    },
    { method: 'POST', path: '/v1/*/notes', query: {}, status: 201, headers: {}, body: { ok: true } },
  ],
  hosts: ['api.example.com'],
  commands: [
    { command: 'kubectl', args: 'get pods *', stdout: "it's a 'pod'\n", exit: 0 },
    { command: 'kubectl', args: '*', stdout: '', exit: 7 },
  ],
  files: [{ path: 'data/notes.json', content: '["n"]' }],
};

describe('a server is started and spoken to', () => {
  it('on the SDK of either version, over stdio', async () => {
    expect(await talk(serverV1(SHAPE))).toEqual({ era: 'legacy', ...SAID });
    expect(await talk(serverV2(ONE))).toEqual({ era: 'legacy', ...SAID });
  });

  it('in the modern era when it refuses the old one', async () => {
    const modern = serverV2(ONE)['server.mjs']?.replace(/\}\);\n$/, "}, { legacy: 'reject' });\n") ?? '';
    expect(modern).toContain('reject');
    expect(await talk({ 'server.mjs': modern })).toEqual({ era: 'modern', ...SAID });
  });

  it('in the modern era when it ends at a first request that it does not know', async () => {
    const modern = serverV2(ONE)['server.mjs'] ?? '';
    const dies = `process.stdin.once('data', (line) => { if (String(line).includes('initialize')) process.exit(1) });\n${modern}`;
    expect(await talk({ 'server.mjs': dies })).toEqual({ era: 'modern', ...SAID });
  });

  it('over HTTP, in either era, on a port of its own network', async () => {
    const url = 'http://127.0.0.1:8931/mcp';
    expect(await talk(http(''), { url })).toEqual({ era: 'legacy', ...SAID });
    expect(await talk(http(", { legacy: 'reject' }"), { url })).toEqual({ era: 'modern', ...SAID });
    const local = http('')['server.mjs'].replace("'127.0.0.1'", "'localhost'");
    expect(await talk({ 'server.mjs': local }, { url: 'http://localhost:8931/mcp' })).toEqual({
      era: 'legacy',
      ...SAID,
    });
    expect(await talk({ 'server.mjs': 'process.exit(4)' }, { url })).toMatchObject({ failed: 'exited' });
  });

  it.runIf(hasPython || process.env.CI)(
    'written in Python, on an interpreter outside of the system’s folders',
    async () => {
      const python = await pythonWith('mcp==2.3.0');
      const command = isolation.mount ? join('/srv/node_modules', relative(MODULES, python)) : python;
      const server = `from mcp.server.mcpserver import MCPServer
mcp = MCPServer("py")
@mcp.tool()
def one(a: str) -> str:
    "One."
    return a
mcp.run()
`;
      expect(await talk({ 'server.py': server }, { command, args: ['server.py'] })).toEqual({ era: 'legacy', ...SAID });
    },
  );

  it('in the folder that it names, with the arguments and the environment that it names', async () => {
    const said = await spy('return [process.cwd(), process.argv.slice(2), process.env.API_KEY]', isolation, {
      args: ['server.mjs', '--level', '3'],
      env: { API_KEY: 'dummy' },
    });
    expect(said).toEqual([expect.stringMatching(/tree$/), ['--level', '3'], 'dummy']);
  });

  it('with less of its configuration when it does not answer with all of it', async () => {
    const fussy = `if (process.env.DATABASE_URL) throw new Error('cannot connect');\n${serverV2(ONE)['server.mjs']}`;
    const seen = await examine(await repository({ 'server.mjs': fussy }), [], {
      env: { DATABASE_URL: 'postgres://nowhere' },
    });
    expect(seen.start).toEqual({ rung: 'bare', era: 'legacy' });
    const needy = `if (!process.env.API_KEY) throw new Error('no key');\n${serverV2(ONE)['server.mjs']}`;
    expect(
      (await examine(await repository({ 'server.mjs': needy }), [], { env: { API_KEY: 'dummy' } })).start,
    ).toMatchObject({
      rung: 'environment',
    });
  });

  it('in the way that lists tools, where not all do', async () => {
    const only = (when: string) => repository(serverV2(`if (${when}) { ${ONE} }`));
    const tried = async (when: string, server: Partial<ServerSpec>) => {
      const { start, surface } = await examine(await only(when), [], server);
      return [start?.rung, surface?.tools.length];
    };
    const env = { KEY: 'made-up' };
    expect(await tried('!process.env.KEY', { env })).toEqual(['bare', 1]);
    expect(await tried('process.env.KEY', { env, stubs })).toEqual(['stub', 1]);
    expect(await tried('false', { env, stubs })).toEqual(['stub', 0]);
  });
});

describe('stubs', () => {
  it('answer requests to their own address and to hosts that stand in the code', async () => {
    const said = await spy(
      `const get = async (url, init) => { const r = await fetch(url, init); return [r.status, await r.json(), r.headers.get('link')] };
       const { request } = await import('node:https');
       const old = await new Promise((resolve, reject) => {
         request('https://api.example.com/v1/items?page=2', (r) => { let all = ''; r.on('data', (c) => { all += c }).on('end', () => resolve(all)) }).on('error', reject).end();
       });
       return [
         await get(process.env.API_URL + '/v1/items'),
         await get('https://api.example.com/v1/items?page=2'),
         await get(new Request('https://api.example.com/v1/7/notes', { method: 'POST', body: '{"text":"x"}' })),
         await get('https://api.example.com/elsewhere'),
         old,
       ]`,
      isolation,
      { env: { API_URL: '{stub_url}' }, stubs },
    );
    expect(said).toEqual([
      [200, { items: ['a', 'b'] }, '</v1/items?page=2>; rel="next"'],
      [200, { items: ['c'] }, null],
      [201, { ok: true }, null],
      [404, { error: 'no stub' }, null],
      '{"items":["c"]}',
    ]);
  });

  it('are the hosts by their own names, over TLS too, for programs in any language', async () => {
    const script = `
import json, ssl, urllib.request
strict = ssl.create_default_context()
strict.verify_flags |= ssl.VERIFY_X509_STRICT
def ask(url):
    try:
        return json.load(urllib.request.urlopen(url, context=strict))
    except OSError as error:
        return type(error).__name__
at = '://api.example.com/v1/items?page=2'
print(json.dumps([ask('https' + at), ask('http' + at), ask('https' + at.replace('api', 'www'))]))`;
    const said = await spy(
      `const { execFileSync } = await import('node:child_process');
       return JSON.parse(execFileSync('python3', ['-c', ${JSON.stringify(script)}]));`,
      isolation,
      { stubs },
    );
    expect(said).toEqual([{ items: ['c'] }, { items: ['c'] }, 'URLError']);
  });

  it('stand in for commands and files', async () => {
    const said = await spy(
      `const { execFileSync, spawnSync } = await import('node:child_process');
       const { readFileSync } = await import('node:fs');
       return [execFileSync('kubectl', ['get', 'pods', '-o', 'json']).toString(), spawnSync('kubectl', ['delete', 'x']).status, readFileSync('data/notes.json', 'utf8')]`,
      isolation,
      { stubs },
    );
    expect(said).toEqual(["it's a 'pod'\n", 7, '["n"]']);
  });

  it('are not written through a link that leads out of the tree', async () => {
    const dir = await repository(serverV2(ONE));
    const outside = await folder();
    await chmod(outside, 0o777);
    await symlink(outside, join(dir, 'data'));
    for (const path of ['data/notes.json', 'data/deep/er/notes.json', '../notes.json']) {
      const leading = { ...stubs, files: [{ path, content: 'x' }] };
      expect(await running(dir, { stubs: leading })).toMatchObject({ failed: 'files' });
    }
    expect(await readdir(outside)).toEqual([]);
  });
});

describe('without namespaces', () => {
  const bare: Isolation = { ...isolation, network: false, loopback: true, pid: false, mount: false, missing: ['told'] };

  it('a server still runs with an environment of its own, and its group ends with it', async () => {
    process.env.PATCHWORK_TEST_KEY = 'sk-of-the-parent';
    const said = (await spy(
      `const { readFileSync } = await import('node:fs');
       const of = (pid) => { try { return readFileSync('/proc/' + pid + '/environ', 'utf8') } catch (error) { return error.code } };
       return { env: process.env, parent: of(process.ppid), ours: of(${process.pid}) }`,
      bare,
    )) as { env: Record<string, string>; ours: string };
    delete process.env.PATCHWORK_TEST_KEY;
    expect(JSON.stringify(said)).not.toContain('sk-of-the-parent');
    if (bare.user === 'separate') expect(said.ours).toBe('EACCES');
  });

  it('stubs and HTTP work on ports of the machine', async () => {
    const said = await spy(`return (await fetch(process.env.API_URL + '/v1/items?page=2')).json()`, bare, {
      env: { API_URL: '{stub_url}' },
      stubs,
    });
    expect(said).toEqual({ items: ['c'] });
    expect(await talk(http(''), { url: 'http://127.0.0.1:8931/mcp' }, bare)).toEqual({ era: 'legacy', ...SAID });
  });

  it('over HTTP refuses a port that something else listens on', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const live = await running(await repository(serverV2(ONE)), { url: `http://127.0.0.1:${port}/` }, bare);
    server.close();
    expect(live).toMatchObject({ failed: 'port_taken' });
  });
});
