import { afterAll, beforeAll, describe, it } from 'vitest';
import { cell } from './cells.ts';
import { addsNothing, deliversEverything, keepsAtWork, type Program, saysNobodyListens, UNWELL } from './matrix.ts';

const hono = { '@hono/node-server': '@hono/node-server', hono: 'hono' };
const v2 = { '@modelcontextprotocol/server': '@modelcontextprotocol/server', zod: 'zod', ...hono };
const SDKS = [
  {
    name: 'sdk 1.12',
    server: 'v1.ts',
    packages: { '@modelcontextprotocol/sdk': 'mcp-sdk-1.12', zod: 'mcp-sdk-1.12/node_modules/zod' },
  },
  {
    name: 'sdk 1.20',
    server: 'v1.ts',
    packages: { '@modelcontextprotocol/sdk': 'mcp-sdk-1.20', zod: 'mcp-sdk-1.20/node_modules/zod' },
  },
  {
    name: 'sdk newest 1.x, zod 3',
    server: 'v1.ts',
    packages: { '@modelcontextprotocol/sdk': '@modelcontextprotocol/sdk', zod: 'mcp-sdk-1.20/node_modules/zod' },
  },
  {
    name: 'sdk newest 1.x, zod 4',
    server: 'v1.ts',
    packages: { '@modelcontextprotocol/sdk': '@modelcontextprotocol/sdk', zod: 'zod' },
  },
  { name: 'server newest 2.x', server: 'v2.ts', packages: v2 },
];

/** What the session is taken from in each way of serving. */
const MODES = [
  { mode: 'stdio', servers: ['v1.ts', 'v2.ts'], eras: ['1.x', 'legacy'], session: 'minted' },
  { mode: 'stdio', servers: ['v2.ts'], eras: ['modern'], session: 'minted' },
  { mode: 'sessions', servers: ['v1.ts', 'v2.ts'], eras: ['1.x', 'legacy'], session: 'mcp-session-id' },
  { mode: 'stateless', servers: ['v1.ts'], eras: ['1.x', 'legacy'], session: 'told', anonymous: true },
  { mode: 'http', servers: ['v2.ts'], eras: ['1.x', 'legacy'], session: 'told', anonymous: true },
  { mode: 'http', servers: ['v2.ts'], eras: ['modern'], session: 'told' },
] as const;

describe.concurrent.each(SDKS)('on $name', (sdk) => {
  const project = installed(sdk);

  for (const { mode, servers, eras, session, ...rest } of MODES) {
    if (!(servers as readonly string[]).includes(sdk.server)) continue;
    // SDK 1.12 does not hand over the headers of a request.
    const unnamed = { name: sdk.name === 'sdk 1.12' ? 'made up' : 'node', version: '' };
    for (const era of eras) {
      it(`lists and delivers everything: ${mode}, ${era} client`, () =>
        deliversEverything(project.program(), { mode, era, session, ...('anonymous' in rest && { named: unnamed }) }));
    }
  }

  it('adds nothing to the other tools', () => addsNothing(project.program()));
});

const OLDEST_AND_NEWEST = SDKS.filter(({ name }) => name === 'sdk 1.12' || name === 'server newest 2.x');

describe.concurrent.each(OLDEST_AND_NEWEST)('on $name, with an endpoint that is not well', (sdk) => {
  const project = installed(sdk);

  it.each(UNWELL)('keeps the server at work and the report safe while it is $what', ({ answers, reason }) =>
    keepsAtWork(project.program(), answers, reason),
  );

  it('says so when nobody listens', () => saysNobodyListens(project.program()));
});

/** The SDK's project folder, for the tests of one suite. */
function installed({ server, packages }: (typeof SDKS)[number]): { program: () => Program } {
  let project: Awaited<ReturnType<typeof cell>>;
  beforeAll(async () => {
    project = await cell(packages);
  });
  afterAll(() => project[Symbol.asyncDispose]());
  return {
    program: () => ({ command: process.execPath, args: [`test/dropins/servers/${server}`], cwd: project.folder }),
  };
}
