import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { init } from '../../src/cli/init/init.ts';
import { readRepositoryConfig } from '../../src/config/index.ts';

const json = (value: object) => JSON.stringify(value);
const SDK = { '@modelcontextprotocol/sdk': '^1.20.0' };
const MAIN_GO = 'package main\n\nimport "github.com/mark3labs/mcp-go/server"\n\nfunc main() { server.Run() }\n';

/** Repositories as people have them, and how the server of each is run. */
const REPOSITORIES: Record<string, { files: Record<string, string>; server: object }> = {
  'TypeScript with npm and a built command': {
    files: {
      'package.json': json({
        name: '@acme/costs-mcp',
        bin: { 'costs-mcp': './dist/index.js' },
        scripts: { build: 'tsc', test: 'vitest' },
        dependencies: SDK,
      }),
      'package-lock.json': '{}',
      'tsconfig.json': '{}',
      'README.md':
        '# Costs\n\n```json\n{\n  "mcpServers": {\n    // yours\n    "costs": {"command": "npx", "args": ["-y", "@acme/costs-mcp@latest", "--root", "/path/to/files"], "env": {"COSTS_API_KEY": "<key>", "COSTS_URL": "https://costs.example"}},\n  }\n}\n```\n',
    },
    server: {
      ...{ install: 'npm ci', build: 'npm run build', command: 'node', args: ['dist/index.js', '--root', '.'] },
      env: { COSTS_API_KEY: 'dummy', COSTS_URL: 'http://127.0.0.1:9' },
    },
  },
  'JavaScript without a lock file, started by a script': {
    files: {
      'package.json': json({ name: 'costs', scripts: { start: 'node src/server.mjs' }, dependencies: SDK }),
      'src/server.mjs': "new McpServer({}); option('--transport <how>').choices(['http', 'stdio']);",
    },
    server: { install: 'npm install', command: 'node', args: ['src/server.mjs', '--transport', 'stdio'] },
  },
  'a member of a pnpm workspace, with its registry description': {
    files: {
      'package.json': json({ name: 'all', private: true }),
      'pnpm-lock.yaml': '',
      'pnpm-workspace.yaml': 'packages: [packages/*]',
      'packages/web/package.json': json({ name: '@acme/web', dependencies: { react: '1' } }),
      'packages/mcp/package.json': json({
        name: '@acme/mcp',
        bin: 'dist/cli.js',
        scripts: { build: 'tsdown' },
        dependencies: { '@modelcontextprotocol/server': '2' },
      }),
      'packages/mcp/server.json': json({
        packages: [
          {
            transport: { type: 'stdio' },
            packageArguments: [
              { type: 'positional', value: 'stdio' },
              { type: 'named', name: '--data', isRequired: true, value: '{DATA_DIR}' },
              { type: 'named', name: '--quiet' },
            ],
            environmentVariables: [{ name: 'API_TOKEN', isRequired: true }, { name: 'LOG_LEVEL' }],
          },
        ],
      }),
    },
    server: {
      ...{ dir: 'packages/mcp', install: 'pnpm install --frozen-lockfile --filter all --filter "{.}..."' },
      build: 'pnpm --filter "{.}..." run build',
      ...{ command: 'node', args: ['dist/cli.js', 'stdio', '--data', '.'], env: { API_TOKEN: 'dummy' } },
    },
  },
  'TypeScript with yarn': {
    files: {
      'package.json': json({
        name: 'y',
        main: 'build/main.js',
        scripts: { build: 'tsc' },
        dependencies: { fastmcp: '3' },
      }),
      'yarn.lock': '',
      '.yarnrc.yml': 'nodeLinker: node-modules',
      'src/main.ts': 'const server = new FastMCP({});',
    },
    server: { install: 'yarn install --immutable', build: 'yarn run build', command: 'node', args: ['build/main.js'] },
  },
  'TypeScript run by bun': {
    files: {
      'package.json': json({ name: 'b', bin: 'src/index.ts', dependencies: SDK }),
      'bun.lock': '',
      'src/index.ts': '#!/usr/bin/env bun\nnew McpServer({});',
    },
    server: { install: 'bun install --frozen-lockfile', command: 'bun', args: ['src/index.ts'] },
  },
  'Python with uv': {
    files: {
      'pyproject.toml':
        '[project]\nname = "costs-mcp"\ndependencies = ["mcp[cli]>=1.9"]\n[project.scripts]\nother = "a:b"\ncosts-mcp = "costs:main"\n',
      'uv.lock': '',
    },
    server: { install: 'uv sync --frozen', command: '.venv/bin/costs-mcp' },
  },
  'Python with poetry': {
    files: {
      'pyproject.toml':
        '[tool.poetry]\nname = "costs"\n[tool.poetry.dependencies]\npython = "^3.11"\nfastmcp = "^2"\n[tool.poetry.scripts]\ncosts-server = "costs.main:run"\n',
      'poetry.lock': '',
    },
    server: {
      install: 'POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install --no-interaction',
      command: '.venv/bin/costs-server',
    },
  },
  'the one of two that users are told to start, with a setting, an address and folders': {
    files: {
      'package.json': json({ name: 'all', private: true }),
      'proxy/package.json': json({ name: 'costs-mcp-proxy', bin: 'cli.js', dependencies: SDK }),
      'proxy/cli.js': '',
      'package-lock.json': '{}',
      'server/package.json': json({ name: 'costs-mcp-server', bin: 'index.js', devDependencies: SDK }),
      'server/index.js': '',
      'README.md': `\`\`\`json\n${json({
        mcpServers: {
          costs: {
            ...{ command: 'npx', args: ['-y', 'costs-mcp-server', '--readOnly', '/data', '/tmp/more'] },
            env: {
              DEFAULTS: '{"max": 5}',
              STORE: 'postgresql://u:p@db/costs',
              MODEL: 'acme/small-2',
              VERBOSE: 'true',
              SLACK_TOKEN: 'xoxb-...',
            },
          },
        },
      })}\n\`\`\``,
    },
    server: {
      ...{ dir: 'server', install: 'npm ci', command: 'node', args: ['index.js', '.'] },
      env: {
        ...{ DEFAULTS: '{"max": 5}', STORE: 'postgresql://nobody:dummy@127.0.0.1:9/dummy' },
        ...{ MODEL: 'acme/small-2', VERBOSE: 'true', SLACK_TOKEN: 'xoxb-dummy' },
      },
    },
  },
  'Python, with a key that an older registry description requires': {
    files: {
      'pyproject.toml':
        '[project]\nname = "costs-mcp"\ndependencies = ["mcp"]\n[project.scripts]\ncosts-mcp = "costs:main"\n',
      'server.json': json({
        packages: [{ environmentVariables: [{ name: 'COSTS_KEY', required: true }, { name: 'COSTS_HOST' }] }],
      }),
    },
    server: {
      ...{ install: 'python3 -m venv .venv && .venv/bin/pip install -e .', command: '.venv/bin/costs-mcp' },
      env: { COSTS_KEY: 'dummy' },
    },
  },
  'Go, in a container that is given variables': {
    files: {
      'go.mod': 'module github.com/acme/costs-mcp\n\nrequire github.com/mark3labs/mcp-go v0.58.0\n',
      'main.go': MAIN_GO,
      'server.json': json({
        packages: [
          {
            transport: { type: 'stdio' },
            runtimeArguments: [
              { type: 'named', name: '-p', value: '127.0.0.1:1:1' },
              { type: 'named', name: '-e', value: 'CALLBACK_PORT=8085' },
              { type: 'named', name: '-e', value: 'COSTS_URL={url}', variables: { url: {} } },
              { type: 'named', name: '-e', value: 'COSTS_TOKEN={token}', variables: { token: { isSecret: true } } },
            ],
          },
        ],
      }),
    },
    server: {
      ...{ install: 'go mod download', build: 'go build -o patchwork-server .', command: './patchwork-server' },
      env: { CALLBACK_PORT: '8085', COSTS_TOKEN: 'dummy' },
    },
  },
  'Go without an SDK that is known': {
    files: {
      'go.mod': 'module github.com/acme/costs-mcp\n\nrequire example.org/own v1.0.0\n',
      'main.go': 'package main\n\nimport "example.org/own/mcp"\n\nfunc main() { mcp.Run() }\n',
      'npm/package.json': json({ name: 'costs-mcp', bin: 'start.js' }),
      'npm/start.js': 'spawn("costs-mcp-linux");',
    },
    server: { install: 'go mod download', build: 'go build -o patchwork-server .', command: './patchwork-server' },
  },
  'Rust without an SDK, whose code asks for a key': {
    files: {
      'Cargo.toml': '[package]\nname = "costs-mcp"\n[dependencies]\ntokio = "1"\n',
      'src/main.rs': 'fn main() { let key = std::env::var("COSTS_API_KEY"); let home = std::env::var("HOME"); }',
      'src/rpc.rs': 'match method { "tools/list" => list(), _ => unknown() }',
      'README.md': '```bash\ncargo run\n```',
    },
    server: {
      ...{ install: 'cargo fetch', build: 'cargo build --bin costs-mcp', command: './target/debug/costs-mcp' },
      env: { COSTS_API_KEY: 'dummy' },
    },
  },
  'Python with pip and a file': {
    files: {
      'requirements.txt': 'httpx\nmcp==1.29.0\n',
      'server.py': 'mcp = FastMCP("x")\nmcp.run()\n',
      'tests/test_server.py': 'FastMCP("x").run()',
    },
    server: {
      install: 'python3 -m venv .venv && .venv/bin/pip install -r requirements.txt',
      ...{ command: '.venv/bin/python', args: ['server.py'] },
    },
  },
  'Go, with a subcommand and other programs': {
    files: {
      'go.mod': 'module github.com/acme/costs-mcp-server\n\nrequire github.com/mark3labs/mcp-go v0.58.0\n',
      'cmd/costs-mcp-server/main.go': `${MAIN_GO}// Use:   "stdio"\n`,
      'cmd/docgen/main.go': MAIN_GO,
      'examples/hello/main.go': MAIN_GO,
    },
    server: {
      ...{ install: 'go mod download', build: 'go build -o patchwork-server ./cmd/costs-mcp-server' },
      ...{ command: './patchwork-server', args: ['stdio'] },
    },
  },
  'Rust, in a workspace': {
    files: {
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n',
      'Cargo.lock': '',
      'crates/server/Cargo.toml':
        '[package]\nname = "costs-mcp"\n[dependencies]\nrmcp = { version = "3", features = ["server"] }\n',
      'crates/server/src/main.rs': 'fn main() {}',
      'README.md':
        '```json\n{"command": "docker", "args": ["run", "-i", "--rm", "ghcr.io/acme/costs:1", "serve"], "env": {"COSTS_HOST": "h"}}\n```',
    },
    server: {
      ...{ dir: 'crates/server', install: 'cargo fetch --locked', build: 'cargo build --locked --bin costs-mcp' },
      ...{ command: '../../target/debug/costs-mcp', args: ['serve'], env: { COSTS_HOST: '127.0.0.1' } },
    },
  },
};

describe('init', () => {
  let dir: string;
  let said: string[];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'patchwork-init-'));
    said = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(dir, { recursive: true, force: true });
  });

  const put = async (files: Record<string, string>) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
  };
  const read = (path: string) => readFile(join(dir, path), 'utf8').catch(() => undefined);
  const settings = async () => readRepositoryConfig(await read('.github/patchwork.yml'));
  const run = (...args: string[]) => init(['--repo', dir, ...args]);

  it.each(Object.entries(REPOSITORIES))('finds how the server is run: %s', async (_name, { files, server }) => {
    await put(files);
    expect(await run('--yes')).toBe(0);
    const { config, problem } = await settings();
    expect(problem).toBeUndefined();
    expect(config.server).toEqual({ args: [], env: {}, ...server });
    expect(said.join('\n')).toMatch(/^Found a server in \w+ \(\w+\)/);
  });

  it('writes a workflow with no more rights than a draft needs', async () => {
    await put(REPOSITORIES['Python with uv']?.files ?? {});
    await run('--yes');
    const workflow = parse((await read('.github/workflows/patchwork.yml')) ?? '');
    expect(workflow.permissions).toEqual({});
    const { draft } = workflow.jobs;
    expect(draft.permissions).toEqual({
      contents: 'write',
      issues: 'write',
      'pull-requests': 'write',
      checks: 'write',
    });
    expect(Object.keys(workflow.on)).toEqual(['issues', 'repository_dispatch', 'workflow_dispatch']);
    const uses = draft.steps.flatMap((step: { uses?: string }) => step.uses ?? []);
    const { repository } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    const [, ours] = /github\.com\/([\w.-]+\/[\w-]+)\.git$/.exec(repository.url) ?? [];
    expect(uses).toEqual(['actions/checkout@v6', 'astral-sh/setup-uv@v7', `${ours}/action@v1`]);
    const declared = parse(await readFile(new URL('../../action/action.yml', import.meta.url), 'utf8')).inputs;
    for (const name of Object.keys(draft.steps.at(-1).with)) expect(declared).toHaveProperty(name);
    // Nothing of an event reaches a shell.
    for (const { run: script } of draft.steps) expect(script ?? '').not.toContain('${{');
  });

  it('writes only what was agreed to, and replaces nothing', async () => {
    await put({ ...REPOSITORIES['Python with uv']?.files, '.github/patchwork.yml': 'level: suggest\n' });
    expect(await run('--dry-run')).toBe(0);
    expect(said.join('\n')).toContain('.github/workflows/patchwork.yml:');
    await expect(run()).rejects.toMatchObject({ code: 'not_confirmed' });
    expect(await read('.github/workflows/patchwork.yml')).toBeUndefined();

    expect(await run('--yes')).toBe(0);
    expect(await read('.github/patchwork.yml')).toBe('level: suggest\n');
    expect(await read('.github/workflows/patchwork.yml')).toBeDefined();
    await run('--yes', '--force');
    expect((await settings()).config.server?.command).toBe('.venv/bin/costs-mcp');
  });

  it('says so where it sees no server, and leaves an example', async () => {
    await put({ 'README.md': '# nothing' });
    expect(await run('--yes')).toBe(0);
    expect(said[0]).toContain('No MCP server was seen');
    expect((await settings()).config.server).toBeUndefined();
    expect(await read('.github/patchwork.yml')).toContain('#   command: node');
  });
});
