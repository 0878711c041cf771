import { describe, expect, it } from 'vitest';
import { PatchworkError, readReport } from '../../src/report/index.ts';

const now = new Date('2026-11-20T10:00:00.000Z');
const read = (body: unknown) => readReport(body, { now }).report;

const base = {
  server_name: 'cost-server',
  what_i_needed: 'Filter get_costs by run.',
  what_i_tried: 'get_costs without a filter.',
  gap_type: 'missing_parameter',
};

function refusal(body: unknown): PatchworkError {
  try {
    read(body);
  } catch (error) {
    if (error instanceof PatchworkError) return error;
    throw error;
  }
  throw new Error('the body was taken');
}

describe('a report’s body', () => {
  it('is read from the original and from the hosted contract', () => {
    expect(read(base).server_name).toBe('cost-server');
    const { server_name: _, ...rest } = base;
    expect(read({ ...rest, server_slug: 'hosted-slug' }).server_name).toBe('hosted-slug');
    expect(read(rest).server_name).toBe('unknown');
  });

  it('takes the tool list as array, JSON text, comma text, null, or not at all', () => {
    const tools = (value: unknown) => read({ ...base, tools_available: value }).tools_available;
    expect(tools(['a', 'b'])).toEqual(['a', 'b']);
    expect(tools('["a","b"]')).toEqual(['a', 'b']);
    expect(tools('a, b ,')).toEqual(['a', 'b']);
    expect(tools(null)).toEqual([]);
    expect(tools(undefined)).toEqual([]);
    expect(tools('')).toEqual([]);
    expect(tools([])).toEqual([]);
    expect(tools({ a: 1 })).toEqual([]);
  });

  it('keeps only names in the tool list', () => {
    const tools = ['ok_tool', '../../.github/workflows/x', 'a;rm -rf /', 'x'.repeat(300), 'line\nbreak', 7, 'ok_tool'];
    expect(read({ ...base, tools_available: tools }).tools_available).toEqual(['ok_tool']);
  });

  it('counts an unknown gap type or resolution as other or absent, and keeps the word', () => {
    const report = read({ ...base, gap_type: 'Slow Tool', resolution: 'gave up' });
    expect(report.gap_type).toBe('other');
    expect(report.resolution).toBe('');
    expect(report.remarks.join()).toContain('Slow Tool');
    expect(report.remarks.join()).toContain('gave up');
    expect(read({ ...base, gap_type: 'Missing-Tool', resolution: 'WORKED AROUND' })).toMatchObject({
      gap_type: 'missing_tool',
      resolution: 'worked_around',
      remarks: [],
    });
  });

  it('says of inferred evidence that no agent said it', () => {
    expect(read({ ...base, evidence: 'inferred' }).remarks).toEqual([
      'inferred from failed calls, not said by an agent',
    ]);
  });

  it('takes empty texts for absent fields without a remark', () => {
    const report = read({ ...base, suggestion: '', user_goal: '', resolution: '', agent_model: '', session_id: '' });
    expect(report).toMatchObject({ suggestion: '', resolution: '', remarks: [] });
  });

  it('never loses a report to a bad optional field', () => {
    expect(read({ ...base, suggestion: 7, session_id: { a: 1 }, agent_model: null })).toMatchObject({
      suggestion: '',
      session_id: '',
      agent_model: '',
    });
  });

  it.each([
    ['what_i_needed', undefined, 'missing_field'],
    ['what_i_tried', undefined, 'missing_field'],
    ['gap_type', undefined, 'missing_field'],
    ['what_i_needed', '   \n', 'missing_field'],
    ['what_i_needed', '\u200b\u2060\u{e0041}', 'missing_field'],
    ['what_i_needed', '\u2800\u2800 \u3164\u{1D159}', 'missing_field'],
    ['what_i_needed', 7, 'invalid_field'],
    ['what_i_tried', ['x'], 'invalid_field'],
    ['gap_type', { evil: 'value-that-must-not-be-echoed' }, 'invalid_field'],
  ])('refuses %s = %j by name and without echoing it', (field, value, code) => {
    const error = refusal({ ...base, [field]: value });
    expect(error).toMatchObject({ code, field, status: 422 });
    expect(JSON.stringify(error)).not.toContain('value-that-must-not-be-echoed');
  });

  it.each([[null], [[]], ['text'], [7], [[base]]])('refuses a body that is no object: %j', (body) => {
    expect(refusal(body)).toMatchObject({ code: 'invalid_body', status: 422 });
  });

  it('changes no prototype', () => {
    read(
      JSON.parse(
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"what_i_needed":"a","what_i_tried":"b","gap_type":"other"}',
      ),
    );
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('takes out what is invisible and says how much', () => {
    const report = read({ ...base, what_i_needed: 'fil\u200bter\u{e0041}\u{e0042} by\u202e run\u0000' });
    expect(report.what_i_needed).toBe('filter by run');
    expect(report.remarks).toContain('5 hidden characters removed');
  });

  it('takes out towers of marks, and leaves letters of every script alone', () => {
    const report = read({ ...base, what_i_needed: `z${'\u0301'.repeat(500)} น้ำ ที่ בְּרֵאשִׁית ḱṷ̂́ བསྒྲུབས` });
    expect(report.what_i_needed).toBe(`z${'\u0301'.repeat(8)} น้ำ ที่ בְּרֵאשִׁית ḱṷ̂́ བསྒྲུབས`);
  });

  it('clips a long text with a visible mark, by code points and by bytes', () => {
    const long = read({ ...base, what_i_tried: 'x'.repeat(100_000) });
    expect(long.what_i_tried.length).toBeLessThanOrEqual(3000);
    expect(long.what_i_tried).toContain('[clipped, 97040 more characters]');
    const emoji = read({ ...base, what_i_tried: '😀'.repeat(5000) });
    expect(Buffer.byteLength(emoji.what_i_tried)).toBeLessThanOrEqual(6000);
    expect(emoji.what_i_tried.isWellFormed()).toBe(true);
  });

  it.each([
    ['blanks', `${' '.repeat(200_000)}x`],
    ['line breaks', `x${'\n'.repeat(200_000)}x`],
    ['half tokens', 'eyJ-'.repeat(50_000)],
    ['half keys', 'pw_a-'.repeat(40_000)],
    ['half addresses', 'a@b.'.repeat(50_000)],
    ['half URLs', 'ab://c:'.repeat(30_000)],
    ['half headers', 'authorization: bearer '.repeat(10_000)],
    ['half private keys', '-----BEGIN A PRIVATE KEY '.repeat(8000)],
  ])('is read in no time when it is full of %s', (_name, text) => {
    const started = performance.now();
    read({
      ...base,
      what_i_needed: `x${text}`,
      what_i_tried: text,
      suggestion: text,
      user_goal: text,
      agent_model: text,
    });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('makes lone surrogates valid', () => {
    expect(read({ ...base, what_i_needed: 'half \ud83d of it' }).what_i_needed).toBe('half \ufffd of it');
  });

  it('keeps a ULID of the caller as its id and makes one otherwise', () => {
    const id = '01JD4T7Q9ZK3V5X8Y2B6N0M1RS';
    expect(readReport({ ...base, report_id: id }, { now })).toMatchObject({ ownId: true, report: { id } });
    const made = readReport({ ...base, report_id: 'not-a-ulid' }, { now });
    expect(made.ownId).toBe(false);
    expect(made.report.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  });
});
