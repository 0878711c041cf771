import { describe, expect, test } from 'vitest';
import { selectContext } from '../../../src/repo/select/index.ts';
import { gap } from './reports.ts';

const megabyte = 1 << 20;
const filled = (piece: string) => piece.repeat(Math.ceil(megabyte / piece.length)).slice(0, megabyte);

/** For each language, texts on which a careless scanner would look from every place to the end. */
const hostile: Record<string, string[]> = {
  py: [
    '#\n',
    '"""',
    "'",
    'a',
    '@mcp.tool(',
    '@a.tool\n',
    '.tool(',
    'class A(BaseTool',
    'tools=[a,',
    'from .a import (b,',
    'x_y_',
  ],
  ts: ['`${', '`', '=/[', '/*', '{', 'A', 'server.tool(', '{name:"a_b",', 'name:', 'require("./a")', 'constructor(a'],
  go: ['"', '(', '\n', 'mcp.NewTool[', 'Tool{Name:', 'import "m/b"\n', 'func (a) list('],
  rs: ['/*', 'r#"', "'", '#[tool(', '#[', 'fn name', 'crate::{a,', 'super::a::'],
  json: ['{', ' ', '\t\n', '\\', '"name":'],
};

describe('selectContext on hostile files', () => {
  test.each(Object.entries(hostile))(
    'takes linear time on a megabyte of .%s, whatever it holds',
    (extension, pieces) => {
      for (const piece of pieces) {
        const files = [
          { path: 'go.mod', text: 'module m' },
          { path: `tools.${extension}`, text: filled(piece) },
          { path: 'b/b.go', text: 'package b\nfunc Bbbbb() {}\n' },
        ];
        const start = process.cpuUsage();
        const { files: chosen } = selectContext(files, gap({ what_i_tried: 'list_items' }), { budgetTokens: 1000 });
        expect(process.cpuUsage(start).user / 1e6, `${JSON.stringify(piece)} took too long`).toBeLessThan(4);
        expect(chosen.length).toBeLessThan(4);
      }
    },
    120_000,
  );
});
