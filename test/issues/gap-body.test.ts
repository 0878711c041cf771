import { describe, expect, it } from 'vitest';
import {
  addEvidence,
  EVIDENCE_LIMIT,
  type EvidencePage,
  parseEvidence,
  renderEvidence,
} from '../../src/issues/evidence.ts';
import { gapTitle, parseGapBody, renderGapBody, withRecord } from '../../src/issues/gap-body.ts';
import { packReports, unpackReports } from '../../src/issues/packed.ts';
import { type Report, readReport } from '../../src/report/index.ts';

const signed = { keys: ['a-secret-of-this-server'], repositoryId: 7 };

let count = 0;
function report(fields: Record<string, unknown> = {}): Report {
  count += 1;
  const body = {
    server_name: 'cost-server',
    what_i_needed: 'Filter get_costs by run.',
    what_i_tried: 'get_costs without a filter.',
    gap_type: 'missing_parameter',
    resolution: 'blocked',
    session_id: `session-${count}`,
    ...fields,
  };
  return readReport(body, { now: new Date(Date.UTC(2026, 10, 20, 10, 0, count)) }).report;
}

/** As long as a report can get, and as hard to compress. */
function longest(): Report {
  const noise = (n: number) =>
    Array.from({ length: n }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919 + count * 104_729) % 20_000))).join(
      '',
    );
  return report({
    what_i_needed: noise(5000),
    what_i_tried: noise(5001),
    suggestion: noise(5002),
    user_goal: noise(5003),
    tools_available: Array.from({ length: 300 }, (_, i) => `tool_${i}_${(i * 7919).toString(36)}`),
  });
}

describe('the body of a gap’s issue', () => {
  it('records its first report, readable after a maintainer rewrote the visible text', () => {
    const first = report();
    const body = renderGapBody({ gap: first.id, first }, 'New.', signed);
    expect(parseGapBody(body, signed)).toEqual({ gap: first.id, first });
    const edited = body.replace(
      /### What the agent needed[\s\S]*?### What it tried/,
      '### Rewritten\n\nhello\n\n### What it tried',
    );
    expect(parseGapBody(edited, signed)).toEqual({ gap: first.id, first });
  });

  it('fits into an issue even for the longest report', () => {
    const first = longest();
    const body = renderGapBody({ gap: first.id, first }, 'New.', signed);
    expect(body.length).toBeLessThan(65_536);
    expect(parseGapBody(body, signed)?.first).toEqual(first);
  });

  it('brings the impact table up to date and leaves the rest as people left it', () => {
    const first = report();
    const body = `A maintainer’s preface.\n\n${renderGapBody({ gap: first.id, first }, 'New.', signed)}`;
    const updated = withRecord(
      body,
      { gap: first.id, first },
      [first, report(), report({ client_type: 'cursor', resolution: 'partial' })],
      signed,
    );
    expect(updated).toContain('| Reports | 3 |');
    expect(updated).toContain('| Distinct sessions | 3 |');
    expect(updated).toContain('| Blocked / partial / worked around | 2 / 1 / 0 |');
    expect(updated).toContain('**medium**');
    expect(updated).toContain('A maintainer’s preface.');
    expect(updated).toContain('### What you can do');
    expect(parseGapBody(updated, signed)?.gap).toBe(first.id);
    expect(withRecord(updated, { gap: first.id, first }, [first], signed)).toBe(body);
  });

  it('gets its impact table back when someone deleted it', () => {
    const first = report();
    const body = renderGapBody({ gap: first.id, first }, 'New.', signed).replace(
      /### Impact[\s\S]*?(?=### Grouping)/,
      '',
    );
    const updated = withRecord(body, { gap: first.id, first }, [first], signed);
    expect(updated).toContain('| Reports | 1 |');
    expect(parseGapBody(updated, signed)?.gap).toBe(first.id);
  });

  it('keeps what people decided, shows it, and shows nothing once it is taken back', () => {
    const first = report({ what_i_needed: '### Impact', what_i_tried: '### Decided' });
    const record = { gap: first.id, first };
    const body = renderGapBody(record, 'New.', signed).replaceAll('\n', '\r\n');
    const decisions = {
      workaround: 'list_runs, then `add` | up',
      fixedIn: '1.4.0',
      parked: { why: 'later', at: '2026-11-20T10:00:00Z', by: 'owner' },
      severity: 'high' as const,
    };
    const decided = withRecord(body, { ...record, decisions, labels: ['severity:low'] }, [first], signed);
    expect(parseGapBody(decided, signed)).toEqual({ ...record, decisions, labels: ['severity:low'] });
    expect(decided).toContain('- Parked by `owner` on 2026-11-20: `later`');
    expect(decided).toContain('| Severity | **high**, set by a person; by the reports low:');
    expect(decided.match(/^### \w+/gm)).toEqual([
      '### What',
      '### What',
      '### Impact',
      '### Decided',
      '### Grouping',
      '### What',
    ]);
    const undone = withRecord(decided, record, [first], signed);
    expect(undone).not.toMatch(/^### Decided/m);
    expect(parseGapBody(undone, signed)).toEqual(record);
  });

  it('ignores a forged marker in the report itself', () => {
    const other = report();
    const stolen = renderGapBody({ gap: other.id, first: other }, 'New.', { ...signed, repositoryId: 8 });
    const first = report({ what_i_needed: stolen.slice(-500) });
    expect(parseGapBody(renderGapBody({ gap: first.id, first }, 'New.', signed), signed)?.gap).toBe(first.id);
  });

  it('has a title of at most 120 characters that says type and need', () => {
    expect(gapTitle(report())).toBe('[missing parameter] Filter get_costs by run.');
    expect(Array.from(gapTitle(report({ what_i_needed: 'need '.repeat(100) }))).length).toBeLessThanOrEqual(120);
    expect(gapTitle(report({ what_i_needed: '<<<>>>' }))).toBe('[missing parameter] a gap reported by an agent');
  });
});

describe('evidence comments', () => {
  const gap = { id: 'g', opening: report() };

  it('give back every report as it was', () => {
    const reports = [report(), report({ suggestion: 'a `run_id`' }), longest(), report({ tools_available: ['a'] })];
    expect(unpackReports(JSON.parse(JSON.stringify(packReports(reports))))).toEqual(reports);
    const page: EvidencePage = { gap: 'g', page: 2, reports };
    expect(parseEvidence(renderEvidence(page, report(), signed), signed)).toEqual(page);
  });

  it('hold a thousand repeats of one report in one comment', () => {
    const pages = addEvidence(
      [],
      gap,
      Array.from({ length: 1000 }, () => report()),
      signed,
    );
    expect(pages).toHaveLength(1);
    expect(renderEvidence(pages[0] as EvidencePage, gap.opening, signed).length).toBeLessThanOrEqual(EVIDENCE_LIMIT);
  });

  it('roll over before GitHub’s limit, and lose nothing', () => {
    const reports = Array.from({ length: 12 }, longest);
    let pages: EvidencePage[] = [];
    for (const one of reports) {
      for (const changed of addEvidence(pages, gap, [one], signed)) {
        pages = [...pages.filter((page) => page.page !== changed.page), changed].sort((a, b) => a.page - b.page);
      }
    }
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.map((page) => page.page)).toEqual(pages.map((_, i) => i + 1));
    expect(pages.flatMap((page) => page.reports)).toEqual(reports);
    for (const page of pages) expect(renderEvidence(page, gap.opening, signed).length).toBeLessThan(65_536);
    expect(addEvidence([], gap, reports, signed)).toEqual(pages);
  });
});
