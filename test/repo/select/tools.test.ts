import { describe, expect, test } from 'vitest';
import { toolMap } from '../../../src/repo/select/index.ts';
import { goTickets, pythonLibrary, rustParcels, typescriptNotes } from './servers.ts';

function tools(path: string, text: string): string[] {
  return toolMap([{ path, text }]).map(({ name, line }) => `${name}:${line}`);
}

function names(path: string, text: string): string[] {
  return toolMap([{ path, text }]).map(({ name }) => name);
}

describe('toolMap', () => {
  test('finds the tools of whole servers with the place of each registration', () => {
    expect(toolMap(pythonLibrary)).toEqual([
      { name: 'search_books', path: 'src/library_mcp/server.py', line: 9 },
      { name: 'reserve_book', path: 'src/library_mcp/server.py', line: 15 },
    ]);
    expect(toolMap(typescriptNotes)).toEqual([
      { name: 'list_notebooks', path: 'src/tools/notebooks.ts', line: 4 },
      { name: 'list_notes', path: 'src/tools/notes.ts', line: 5 },
      { name: 'create_note', path: 'src/tools/notes.ts', line: 10 },
    ]);
    expect(toolMap(goTickets)).toEqual([{ name: 'list_tickets', path: 'tools/tickets.go', line: 17 }]);
    expect(toolMap(rustParcels)).toEqual([
      { name: 'track_parcel', path: 'server/src/tools.rs', line: 6 },
      { name: 'return_parcel', path: 'server/src/tools.rs', line: 14 },
    ]);
  });

  test('finds a name that stands in a constant of another file', () => {
    const files = [
      { path: 'a.ts', text: "export const TOOLS = {\n  runQuery: 'db_run_query',\n};\n" },
      { path: 'b.ts', text: 'server.tool(TOOLS.runQuery, schema, run);\n' },
    ];
    expect(toolMap(files)).toEqual([{ name: 'db_run_query', path: 'b.ts', line: 1 }]);
  });

  test('takes no argument of a function for a name that another file has', () => {
    const files = [
      {
        path: 'make.go',
        text: 'func make(name string) mcp.Tool {\n\treturn mcp.Tool{Name: name, Description: "d"}\n}\n',
      },
      { path: 'params.go', text: 'var cases = []param{{name: "string"}}\n' },
    ];
    expect(toolMap(files)).toEqual([]);
  });

  test('counts a constant that is called a tool when no registration leads to it', () => {
    expect(tools('names.go', 'package x\n\nconst ListThingsTool = "list_things"\n')).toEqual(['list_things:3']);
  });

  test('leaves out tests, comments and strings', () => {
    expect(toolMap([{ path: 'test/a.py', text: '@mcp.tool()\ndef a_tool():\n  pass\n' }])).toEqual([]);
    expect(names('a.ts', '// server.tool("in_comment", f);\nconst s = `server.tool("in_string", f)`;\n')).toEqual([]);
    expect(names('a.py', '# @mcp.tool()\n"""\n@mcp.tool()\ndef in_docstring(): ...\n"""\n')).toEqual([]);
  });
});

describe('Python', () => {
  const idioms: [title: string, text: string, found: string[]][] = [
    ['a decorator without brackets', '@mcp.tool\nasync def get_rate(): ...\n', ['get_rate:1']],
    ['a decorator with the name in first place', '@app.tool("get_rate")\ndef f(): ...\n', ['get_rate:1']],
    [
      'a decorator over several lines, with others below',
      '@mcp.tool(\n    description="A rate (of exchange)",\n)\n@traced\n@retry(times=3)\nasync def get_rate(): ...\n',
      ['get_rate:1'],
    ],
    [
      'a tool object of the low-level server',
      'return [types.Tool(\n    name="get_rate", inputSchema={})]\n',
      ['get_rate:2'],
    ],
    [
      'functions that are added',
      'mcp.add_tool(get_rate)\nmcp.add_tool(f, name="list_rates")\n',
      ['get_rate:1', 'list_rates:2'],
    ],
    ['a decorator that is called', 'mcp.tool()(get_rate)\n', ['get_rate:1']],
    ['a method that is added under a name', 'self.tool(self.find, description="d", name="get-rate")\n', ['get-rate:1']],
    [
      'a list of functions',
      'read_tools = [\n    get_rate,  # first\n    list_rates,\n]\n',
      ['get_rate:2', 'list_rates:3'],
    ],
    ['a class', 'class Rate(BaseTool):\n    """A rate."""\n    name: str = "get_rate"\n', ['get_rate:3']],
    ['no loop over tools', 'for tool in all_tools:\n    mcp.add_tool(tool)\n', []],
    ['no other decorator', '@mcp.resource("rate://x")\ndef rate(): ...\n\n@property\ndef tool(self): ...\n', []],
    ['no list of other things', 'tools = ["hammer", "saw"]\n', []],
  ];
  test.each(idioms)('reads %s', (_, text, found) => {
    expect(tools('server.py', text)).toEqual(found);
  });
});

describe('TypeScript and JavaScript', () => {
  const idioms: [title: string, text: string, found: string[]][] = [
    ['server.tool', 'server.tool("get_rate", {}, run);\n', ['get_rate']],
    ['registerTool', "server.registerTool(\n  'get_rate', {}, run);\n", ['get_rate']],
    ['addTool with an object', 'server.addTool({ description: "A rate", name: "rate", execute });\n', ['rate']],
    ['a wrapper that takes the server first', 'registerAppTool(server, "get_rate", {}, run);\n', ['get_rate']],
    [
      'an object in a list',
      'const all = [{ name: "get_rate", description: "A rate", inputSchema: {} }];\n',
      ['get_rate'],
    ],
    ['a plain name with a schema', '[{ name: "rate", description: "A rate", inputSchema: {} }]\n', ['rate']],
    ['a static field', 'class Rate { static readonly toolName = "get-rate"; }\n', ['get-rate']],
    ['a typed field', 'class Rate { public name: string = "get-rate"; }\n', ['get-rate']],
    [
      'a field above its description',
      'class Rate extends MCPTool {\n  name = "rate";\n  description = "A rate";\n}\n',
      ['rate'],
    ],
    ['a map of tools', 'export const all = {\n  get_rate: tool({ description: "A rate" }),\n};\n', ['get_rate']],
    ['a template string without holes', 'server.tool(`get_rate`, run);\n', ['get_rate']],
    [
      'a file for a tool',
      'export const name = "get_rate";\nexport const description = "A rate";\nexport default { name, description, execute };\n',
      ['get_rate'],
    ],
    [
      'no parts of a tool',
      'const name = "get_rate";\nconst { name: own, execute } = tool;\nfind({ name, own });\n',
      [],
    ],
    ['no plain object', '[{ name: "Berlin", description: "A city" }]\n', []],
    ['no server', 'new Server({ name: "rates-mcp", title: "Rates", version: "1.0.0" });\n', []],
    ['no error class', 'class RateError extends Error { readonly name = "RateError"; }\n', []],
    ['no prompt or resource', 'server.registerPrompt("ask_rate", {}, run);\n', []],
  ];
  test.each(idioms)('reads %s', (_, text, found) => {
    expect(names('server.ts', text)).toEqual(found);
    expect(names('server.mjs', text)).toEqual(found);
  });
});

describe('Go', () => {
  const idioms: [title: string, text: string, found: string[]][] = [
    ['NewTool', 'var t = mcp.NewTool("get_rate", opts)\n', ['get_rate']],
    ['a generic maker', 'var t = toolkit.MustTool[Params, Rate](\n\t"get_rate", "A rate", run)\n', ['get_rate']],
    ['a tool literal', 'mcp.AddTool(server, &mcp.Tool{Name: "get_rate", Description: "A rate"}, run)\n', ['get_rate']],
    ['a list of literals', 'var all = []mcp.Tool{{\n\tName: "get_rate",\n\tDescription: "A rate",\n}}\n', ['get_rate']],
    ['a constant', 'const RateToolName = "get_rate"\n\nvar t = mcp.NewTool(RateToolName)\n', ['get_rate']],
    ['a constant with another name', 'const Rates = "get_rate"\n\nvar t = mcp.NewTool(Rates, opts...)\n', ['get_rate']],
    ['no prompt', 'var p = mcp.Prompt{Name: "ask_rate", Description: "Ask"}\n', []],
    ['no server that is passed along', 'const server = "rates"\n\nfunc f() { mcp.AddTool(server, t, run) }\n', []],
  ];
  test.each(idioms)('reads %s', (_, text, found) => {
    expect(names('server.go', `package x\n\n${text}`)).toEqual(found);
  });
});

describe('Rust', () => {
  const idioms: [title: string, text: string, found: string[]][] = [
    ['an attribute without a name', '#[tool]\nasync fn get_rate(&self) {}\n', ['get_rate']],
    [
      'an attribute with a path and other attributes below',
      '#[rmcp::tool(description = "x")]\n#[instrument]\npub(crate) async fn get_rate() {}\n',
      ['get_rate'],
    ],
    [
      'an attribute on a struct',
      '#[mcp_tool(name = "get_rate", title = "Rate")]\n#[derive(Debug)]\npub struct Rate {}\n',
      ['get_rate'],
    ],
    [
      'a description with brackets and quotes',
      '#[tool(description = "a ] or \\" )", name = "get_rate")]\nfn f() {}\n',
      ['get_rate'],
    ],
    ['a raw string', '#[tool(description = r#"a "rate" )]"#)]\nfn get_rate() {}\n', ['get_rate']],
    ['Tool::new', 'vec![Tool::new("get_rate", "A rate", schema)]\n', ['get_rate']],
    ['a tool literal', 'Tool { name: "get_rate".into(), ..Default::default() }\n', ['get_rate']],
    ['a borrowed name', 'Tool { description: None, name: Cow::Borrowed("get_rate") }\n', ['get_rate']],
    [
      'a trait',
      'impl Tool for Rate {\n    fn name(&self) -> &\'static str {\n        "get_rate"\n    }\n}\n',
      ['get_rate'],
    ],
    ['a registry', 'registry.register("get_rate", handler);\n', ['get_rate']],
    ['json!', 'json!({ "name": "get_rate", "description": "A rate" })\n', ['get_rate']],
    ['a constant', 'impl Rate { const NAME: &str = "get_rate"; }\n', ['get_rate']],
    ['no other registration', 'tokenizers.register("en_stem", x);\n', []],
    ['no tool of a test module is another', '#[test]\nfn tool_works() {}\n', []],
  ];
  test.each(idioms)('reads %s', (_, text, found) => {
    expect(names('server.rs', text)).toEqual(found);
  });
});

describe('JSON', () => {
  test('reads lists of definitions and operations of an API', () => {
    expect(
      tools(
        'src/tools.json',
        '[\n  {"description": "A rate", "name": "x"},\n  {"name": "get_rate", "description": "A rate"}\n]\n',
      ),
    ).toEqual(['get_rate:3']);
    expect(names('openapi.json', '{"paths": {"/rate": {"get": {"operationId": "getRate"}}}}')).toEqual(['getRate']);
    expect(names('package.json', '{"name": "rates", "description": "Rates"}')).toEqual([]);
  });
});
