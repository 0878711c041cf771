import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crossCheck, diffStatic, nearestTool, staticTools, tokensOf } from '../../src/surface/index.ts';
import { normalise } from '../../src/surface/surface.ts';
import { costServer } from './support.ts';

const one = (path: string, text: string) =>
  staticTools([{ path, text }]).map(({ name, parameters }) => [name, parameters]);

describe('the surface in code', () => {
  it('shows names and parameters of TypeScript’s registrations', () => {
    expect(
      one(
        'a.ts',
        `server.registerTool('get_x', { description: 'a, {b: 1}', inputSchema: z.object({ id: z.string(), 'from-day': z.string().optional() /* c: 1 */ }) }, run);
server.registerTool('get_y', { inputSchema: { page: z.number().describe('page: { of }'), size: z.number() } }, run);
server.tool('get_z', 'About it.', { q: z.string() }, run);
server.registerTool('get_w', { inputSchema: schema }, run);
export const tool = { name: 'get_v', description: 'd', inputSchema: { type: 'object', properties: { a: { type: 'string' }, b: {} }, required: ['a'] } };
server.registerTool('get_u', { inputSchema: { ...shared, q: z.string() } }, run);`,
      ),
    ).toEqual([
      ['get_x', ['id', 'from-day']],
      ['get_y', ['page', 'size']],
      ['get_z', ['q']],
      ['get_w', undefined],
      ['get_v', ['a', 'b']],
      ['get_u', undefined],
    ]);
  });

  it('shows those of Python and of mcp-go, and leaves out what an idiom does not show', () => {
    expect(
      one(
        'a.py',
        `@mcp.tool()
async def search(query: str, limit: int = 10, tags: list[str] = ["a, b"], ctx: Context = None) -> str:
    pass

@mcp.tool(name="other")
def f(*args): ...
`,
      ),
    ).toEqual([
      ['search', ['query', 'limit', 'tags']],
      ['other', undefined],
    ]);
    expect(
      one(
        'a.go',
        's.AddTool(mcp.NewTool("find_it", mcp.WithDescription("d"), mcp.WithString("q", mcp.Required()), mcp.WithNumber("n")), run)',
      ),
    ).toEqual([['find_it', ['q', 'n']]]);
  });

  it('of the sample changes as its draft says', async () => {
    const { base, head } = await costServer();
    const tools = async (dir: string) =>
      staticTools([{ path: 'src/tools.ts', text: await readFile(join(dir, 'src/tools.ts'), 'utf8') }]);
    expect(diffStatic(await tools(base), await tools(head))).toMatchObject([
      { of: 'tool', name: 'get_costs', change: 'changed', parameters: ['run_id'], effect: 'unknown' },
    ]);
  });

  it('is held against what the server lists: the loudest warning', () => {
    const live = (names: string[]) =>
      normalise({
        tools: names.map((name) => ({ name, inputSchema: { properties: { a: {} } } })),
        prompts: [],
        resources: [],
        templates: [],
      });
    const base = staticTools([
      { path: 'a.ts', text: "server.registerTool('get_a', { inputSchema: { a: z.string() } }, run);" },
    ]);
    const head = staticTools([
      { path: 'a.ts', text: "server.registerTool('get_a', { inputSchema: { a: z.string(), b: z.string() } }, run);" },
      { path: 'b.ts', text: "if (process.env.TEST) server.registerTool('get_b', { inputSchema: {} }, run);" },
    ]);
    expect(crossCheck(base, head, live(['get_a']))).toEqual([
      'The code adds `b` to the tool `get_a` (`a.ts`, line 1), the running server does not list it.',
      'The code adds the tool `get_b` (`b.ts`, line 1), the running server does not list it.',
    ]);
    expect(crossCheck(base, base, live([]))).toEqual([]);
    // A server may put its own name before all others when it runs.
    expect(crossCheck(base, head, live(['shop_get_a', 'shop_get_b']))).toEqual([
      'The code adds `b` to the tool `get_a` (`a.ts`, line 1), the running server does not list it.',
    ]);
  });
});

describe('hints for a reviewer', () => {
  const surface = normalise({
    tools: [
      { name: 'get_costs', description: 'What was spent by a service.', inputSchema: {} },
      { name: 'getCost', description: 'Cost of one service.', inputSchema: {} },
      { name: 'list_runs', description: 'The batch runs.', inputSchema: {} },
    ],
    prompts: [],
    resources: [],
    templates: [],
  });

  it('say what the tools cost and which one is easily taken for another', () => {
    expect(tokensOf(surface)).toBe(Math.round(JSON.stringify(surface.tools).length / 4));
    expect(nearestTool(surface, 'getCost')).toMatchObject({ tool: 'get_costs', likeness: expect.any(Number) });
    expect(nearestTool(surface, 'getCost')?.likeness).toBeGreaterThan(0.7);
    expect(nearestTool(surface, 'gone')).toBeUndefined();
  });
});
