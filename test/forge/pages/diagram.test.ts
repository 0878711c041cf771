import { expect, test } from 'vitest';
import { diagram } from '../../../src/forge/pages/diagram/index.ts';

const drawn = (source: string) => String(diagram(source) ?? '');
const texts = (markup: string) =>
  [...markup.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text).filter(Boolean);
const count = (markup: string, part: string) => markup.split(part).length - 1;

test('a pie has a sector and a line of words for each part', () => {
  const markup = drawn('pie title Reports\n  "days" : 6\n  "units" : 2');
  expect(texts(markup)).toEqual(['Reports', 'days 6 (75%)', 'units 2 (25%)']);
  expect(count(markup, '<path class="fill-')).toBe(2);
  expect(markup).toContain('aria-label="Pie chart Reports: days 6 (75%), units 2 (25%)"');
});

test('a pie of one part is a whole circle', () => {
  expect(drawn('pie\n"all" : 3')).toContain('<circle class="fill-0"');
});

test('a chart has a bar for each value, in proportion, and says what it shows', () => {
  const markup = drawn(
    'xychart-beta\ntitle "Reports a week"\nx-axis [w1, "week 2"]\ny-axis "reports" 0 --> 10\nbar [5, 10]\nline [2, 3]',
  );
  const heights = [...markup.matchAll(/<rect class="fill-0"[^>]*height="([\d.]+)"/g)].map(([, height]) =>
    Number(height),
  );
  expect(heights).toHaveLength(2);
  expect((heights[1] ?? 0) / (heights[0] ?? 1)).toBeCloseTo(2, 2);
  expect(texts(markup)).toEqual(expect.arrayContaining(['Reports a week', 'w1', 'week 2', 'reports', '10']));
  expect(markup).toContain('Chart Reports a week: w1 5, week 2 10; w1 2, week 2 3');
});

test('a flowchart has its nodes, its links and their words', () => {
  const markup = drawn(
    'flowchart LR\nA[Agent] -->|feedback| B(Intake)\nB --> C{Known?} & D\nC -- no --> E["Open an issue"];\nstyle A fill:red',
  );
  expect(texts(markup)).toEqual(['Agent', 'Intake', 'Known?', 'D', 'Open an issue', 'feedback', 'no']);
  expect(count(markup, 'class="flow"')).toBe(4);
  expect(markup).toContain('Agent to Intake (feedback); Intake to Known?; Intake to D; Known? to Open an issue (no)');
});

test('a flowchart flows from the first node on, also round a circle', () => {
  const x = (markup: string, word: string) => Number(new RegExp(`x="([\\d.]+)"[^>]*>${word}<`).exec(markup)?.[1]);
  const markup = drawn('graph LR\none --> two --> three --> one\nthree --> four\none --> four');
  const places = ['one', 'two', 'three', 'four'].map((word) => x(markup, word));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(new Set(places).size).toBe(4);
});

test('no two nodes of a layer cover each other', () => {
  const markup = drawn(
    `graph TD\n${Array.from({ length: 12 }, (_, i) => `root --> n${i}[node number ${i}]`).join('\n')}`,
  );
  const boxes = [...markup.matchAll(/<rect class="node" x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)"/g)]
    .map(([, x, y, w]) => ({ x: Number(x), y: Number(y), end: Number(x) + Number(w) }))
    .sort((a, b) => a.y - b.y || a.x - b.x);
  boxes.forEach((box, i) => {
    const next = boxes[i + 1];
    if (next?.y === box.y) expect(next.x).toBeGreaterThan(box.end);
  });
});

test.each([
  'sequenceDiagram\nA->>B: hello',
  'flowchart LR\nsubgraph one\nA --> B\nend',
  'flowchart LR\nA --> B\nA ~~~ B',
  'pie\n"a" : -1',
  'pie\nno quotes : 1',
  'pie',
  'xychart-beta horizontal\nbar [1]',
  'xychart-beta\nx-axis 0 --> 10\nbar [1]',
  'xychart-beta\nbar [one]',
  `flowchart LR\n${Array.from({ length: 200 }, (_, i) => `A${i} --> A${i + 1}`).join('\n')}`,
  'x'.repeat(30_000),
])('what is not understood in full stays text: %s', (source) => {
  expect(diagram(source)).toBeUndefined();
});

test('a hostile flowchart is drawn or left alone without delay', () => {
  for (const part of ['A-->B;', 'A & ', '-- ', 'A[', '"', 'A -- x ', 'A==>', '-.', ';'.repeat(9)]) {
    const began = performance.now();
    diagram(`flowchart LR\n${part.repeat(20_000).slice(0, 19_900)}`);
    expect(performance.now() - began, part).toBeLessThan(5000);
  }
});
