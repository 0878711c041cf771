import { describe, expect, it } from 'vitest';
import { newCapabilities } from '../../src/draft/capabilities.ts';
import { changesHowItIsBuilt } from '../../src/draft/manifests.ts';
import { removedTests } from '../../src/draft/removed-tests.ts';
import { judgeStatically } from '../../src/draft/static-claims.ts';
import { newSyntaxErrors } from '../../src/draft/syntax.ts';

const change = (path: string, before: string | undefined, after: string | undefined) => ({
  ...{ path, before, after },
  mode: '100644',
});

describe('what a draft can do and the base could not', () => {
  it.each<[string, string, string, string, string]>([
    [
      'a dependency of npm',
      'package.json',
      '{"dependencies": {"a": "^1"}}',
      '{"dependencies": {"a": "^1", "evil": "^2"}}',
      'dependency evil',
    ],
    [
      'a dependency of Go',
      'go.mod',
      'module x\n',
      'module x\nrequire github.com/a/b v1.2.3\n',
      'dependency github.com/a/b',
    ],
    [
      'a dependency of Cargo',
      'Cargo.toml',
      '[dependencies]\n',
      '[dependencies]\nreqwest = "0.12"\n',
      'dependency reqwest',
    ],
    ['a dependency of pip', 'requirements.txt', 'a\n', 'a\nrequests==2\n', 'dependency requests'],
    ['a variable in TypeScript', 'src/a.ts', '', 'const k = process.env.SECRET_KEY;', 'environment SECRET_KEY'],
    ['a variable in Python', 'a.py', '', 'k = os.environ["TOKEN"]', 'environment TOKEN'],
    ['a variable in Go', 'a.go', '', 'k := os.Getenv("TOKEN")', 'environment TOKEN'],
    ['a variable in Rust', 'a.rs', '', 'let k = std::env::var("TOKEN");', 'environment TOKEN'],
    ['a host', 'src/a.ts', '', "fetch('https://collect.evil.io/x')", 'host collect.evil.io'],
    ['a host behind a user', 'src/a.ts', '', "fetch('https://api.known.com@evil.io/x')", 'host evil.io'],
    ['a host in a text', 'README.md', '', 'See https://evil.io.', 'host evil.io'],
    ['a host in other letters', 'src/a.ts', '', "fetch('https://\u0435vil.io/x')", 'host \u0435vil.io'],
    ['a host of another scheme', 'a.py', '', "connect('tcp://evil.io:99')", 'host evil.io'],
    ['a host behind escapes', 'src/a.ts', '', 'const u = "https:\\/\\/evil.io";', 'host evil.io'],
    ['a host that is a number', 'src/a.ts', '', "fetch('http://2852039166/x')", 'host 2852039166'],
    ['an address', 'a.go', '', 'net.Dial("tcp", "169.254.169.254:80")', 'host 169.254.169.254'],
    ['all variables in TypeScript', 'src/a.ts', '', 'return JSON.stringify(process.env);', 'environment process.env'],
    ['all variables, taken apart', 'src/a.ts', '', 'const { KEY } = process.env;', 'environment process.env'],
    ['all variables in Python', 'a.py', '', 'return dict(os.environ)', 'environment os.environ'],
    ['all variables in Go', 'a.go', '', 'return os.Environ()', 'environment os.Environ'],
    ['a program in Python', 'a.py', '', 'exec(text)', 'program exec'],
    ['a pickle', 'a.py', '', 'pickle.loads(data)', 'program pickle.loads'],
    ['code from text', 'src/a.ts', '', "Function('return 1')()", 'program Function'],
    ['a file of Python', 'a.py', '', 'with open(path, "w") as out:', 'file open'],
    ['a program', 'src/a.ts', '', "import { spawn } from 'node:child_process'; spawn('sh')", 'program child_process'],
    ['a program in Go', 'a.go', '', 'exec.Command("sh")', 'program exec.Command'],
    ['files', 'a.py', '', 'shutil.rmtree(path)', 'file shutil.rmtree'],
  ])('%s', (_name, path, before, after, expected) => {
    const found = newCapabilities([{ path, text: before }], [change(path, before, after)]);
    expect(found.map(({ kind, what }) => `${kind} ${what}`)).toContain(expected);
  });

  it('is nothing for what the base names elsewhere, for tests, loopback and examples', () => {
    const base = [{ path: 'src/b.ts', text: "fetch('https://api.known.com'); process.env.KEY" }];
    const text =
      "fetch('https://api.known.com/v2'); process.env.KEY; 'http://localhost:1/'; 'http://127.0.0.1/'; 'https://x.example.com'";
    expect(newCapabilities(base, [change('src/a.ts', '', text)])).toEqual([]);
    expect(newCapabilities([], [change('test/a.test.ts', '', "spawn('x'); process.env.X")])).toEqual([]);
    const plain = "const found = /a/.exec(text); open(path); 'version 1.2.3.4'; const f: Function = g; cols: 12:34;";
    expect(newCapabilities([], [change('src/a.ts', '', plain), change('a.py', '', 'open(path, "rb")')])).toEqual([]);
  });

  it('is seen in a test that other code takes in', () => {
    const changes = [
      change('src/test/help.ts', '', "spawn('x')"),
      change('src/a.ts', '', "import { help } from './test/help.ts';"),
    ];
    expect(newCapabilities([], changes)).toMatchObject([{ kind: 'program', path: 'src/test/help.ts' }]);
  });
});

describe('how a project is built', () => {
  it.each<[string, string, string | undefined, boolean]>([
    ['package.json', '{"scripts": {"a": "b"}}', '{"scripts": {"a": "c"}}', true],
    ['package.json', '{"scripts": {"a": "b"}, "version": "1"}', '{"version": "2", "scripts": {"a": "b"}}', false],
    ['a/package.json', '', '{"scripts": {"postinstall": "x"}}', true],
    ['package.json', '{}', undefined, true],
    [
      'pyproject.toml',
      '[build-system]\nrequires = ["a"]\n[project]\nname = "x"\n',
      '[build-system]\nrequires = ["b"]\n[project]\nname = "x"\n',
      true,
    ],
    [
      'pyproject.toml',
      '[build-system]\nrequires = ["a"]\n[project]\nname = "x"\n',
      '[build-system]\nrequires = ["a"]\n[project]\nname = "y"\n',
      false,
    ],
    ['Cargo.toml', '[package]\n', '[package]\nbuild = "x.rs"\n', true],
    ['go.mod', 'module x\n', 'module x\nreplace a => ../b\n', true],
    ['go.mod', 'replace (\n  a => ../b\n)\n', 'replace (\n  a => ../b\n  c => ../d\n)\n', true],
    ['go.mod', 'require a v1\n', 'require a v2\n', false],
    ['pyproject.toml', '[project]\n', '[project]\n[[tool.uv.index]]\nurl = "https://x"\n', true],
    [
      'pyproject.toml',
      '[tool.pytest.ini_options]\naddopts = "-q"\n',
      '[tool.pytest.ini_options]\naddopts = "-p x"\n',
      true,
    ],
    ['build.rs', '', 'fn main() {}', true],
    ['build.rs', 'fn main() {}', undefined, true],
    ...[
      'setup.py',
      'setup.cfg',
      'tests/conftest.py',
      'sitecustomize.py',
      'x.pth',
      'Dockerfile',
      'GNUmakefile',
      'tox.ini',
    ].map((path): [string, string, string, boolean] => [path, '', 'x', true]),
    ...['vitest.config.ts', 'pnpm-workspace.yaml', 'compose.yaml', 'binding.gyp', 'CMakeLists.txt', 'gulpfile.js'].map(
      (path): [string, string, string, boolean] => [path, '', 'x', true],
    ),
    ['src/config.ts', '', 'x', false],
    ['docs/dockerfile-guide.md', '', 'x', false],
    ['src/a.ts', '', 'x', false],
  ])('%s: from %j to %j', (path, before, after, isBuilt) => {
    expect(changesHowItIsBuilt(path, before, after) !== undefined).toBe(isBuilt);
  });
});

describe('tests that a draft takes away', () => {
  it.each<[string, ReturnType<typeof change>[], boolean]>([
    ['a file of them', [change('test/a.test.ts', "it('x', () => {})", undefined)], true],
    [
      'one of two',
      [change('a_test.go', 'func TestA(t *testing.T) {}\nfunc TestB(t *testing.T) {}', 'func TestA(t *testing.T) {}')],
      true,
    ],
    ['one in a Rust file', [change('src/lib.rs', '#[test]\nfn a() {}', '')], true],
    [
      'one that is skipped',
      [change('tests/test_a.py', 'def test_a():\n    pass', '@pytest.mark.skip\ndef test_a():\n    pass')],
      true,
    ],
    [
      'none when they move',
      [change('test/a.test.ts', "it('x', () => {})", ''), change('test/b.test.ts', undefined, "it('x', () => {})")],
      false,
    ],
    [
      'none when some are added',
      [change('test/a.test.ts', "it('x', () => {})", "it('x', () => {})\nit('y', () => {})")],
      false,
    ],
  ])('%s', (_name, changes, isRemoved) => {
    expect(removedTests(changes) !== undefined).toBe(isRemoved);
  });
});

describe('syntax', () => {
  it.each([
    ['a.ts', 'export const a = 1;\n', 'export const a = (1;\n'],
    ['a.tsx', 'export const a = <b />;\n', 'export const a = <b>;\n'],
    ['a.js', 'export const a = 1;\n', 'export const a = {;\n'],
    ['a.py', 'def a():\n    return 1\n', 'def a(:\n    return 1\n'],
    ['a.go', 'package a\n\nfunc a() {}\n', 'package a\n\nfunc a( {}\n'],
    ['a.rs', 'fn a() -> u8 { 1 }\n', 'fn a( -> u8 { 1 }\n'],
  ])('of %s is checked, and only what is new counts', async (path, good, bad) => {
    expect(await newSyntaxErrors([change(path, undefined, good)])).toEqual([]);
    expect(await newSyntaxErrors([change(path, good, bad)])).toMatchObject([{ path }]);
    expect(await newSyntaxErrors([change(path, bad, `${bad}\n`)])).toEqual([]);
  });

  it('of other files is not', async () => {
    expect(await newSyntaxErrors([change('a.md', undefined, 'const a = (')])).toEqual([]);
  });
});

describe('what code shows of declared changes', () => {
  const before = [{ path: 'a.ts', text: "server.registerTool('get', { inputSchema: { a: z.string() } }, run);" }];
  const after = (text: string) => [{ path: 'a.ts', text }];
  const claim = (tool: string, kind: 'add' | 'modify' | 'remove', ...parameters: string[]) => [
    { tool, change: kind, parameters, description: '' },
  ];
  const added = after("server.registerTool('get', { inputSchema: { a: z.string(), b: z.string() } }, run);");
  it('is shown when the registration says so', () => {
    expect(judgeStatically(claim('get', 'modify', 'b'), before, added)).toMatchObject({
      shown: [expect.any(String)],
      wrong: [],
    });
  });
  it('is wrong when the registration does not, or says more', () => {
    expect(judgeStatically(claim('get', 'modify', 'b'), before, before).wrong).toHaveLength(1);
    expect(judgeStatically(claim('other', 'add'), before, before).wrong).toHaveLength(1);
    expect(judgeStatically([], before, added).wrong).toHaveLength(1);
  });
  it('is not judged when only a run would tell', () => {
    expect(judgeStatically(claim('get', 'modify'), before, before)).toMatchObject({
      shown: [],
      wrong: [],
      unjudged: [expect.any(String)],
    });
  });
});
