import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unsentIn } from '../../src/cli/unsent.ts';

const body = {
  server_name: 'cost-server',
  what_i_needed: 'a filter "run_id"\nsecond line\\ {braces} ünïcode 💸',
  what_i_tried: 'get_costs',
  gap_type: 'other',
  tools_available: ['get_costs'],
};
const line = (payload: object = body, reason = 'status_500') =>
  `PATCHWORKMCP_UNSENT_FEEDBACK reason=${reason} payload=${JSON.stringify(payload)}`;
const inJson = (text: string) => JSON.stringify({ level: 'warn', msg: text, time: 17 });

/** What loggers, containers and clouds make of a line. */
const WRAPPERS: Record<string, (text: string) => string> = {
  'as written': (text) => text,
  'with a prefix': (text) => `2026-11-20T10:00:00Z WARN  [web.1] (feedback) ${text}`,
  'from syslog': (text) => `<12>Nov 20 10:00:00 host app[123]: ${text}\r`,
  'in colour': (text) => `\u001b[33mWARN\u001b[0m \u001b[1m${text.replace('payload=', 'payload=\u001b[0m')}\u001b[0m`,
  'found by grep, in colour': (text) => text.replace('UNSENT', '\u001b[01;31m\u001b[KUNSENT\u001b[m\u001b[K'),
  'as a string in JSON': inJson,
  'from Docker': (text) => JSON.stringify({ log: `${text}\n`, stream: 'stderr', time: '2026-11-20T10:00:00Z' }),
  'as a string in JSON in a string in JSON': (text) =>
    JSON.stringify({ log: `${inJson(text)}\n`, kubernetes: { pod: 'a' } }),
  'three strings deep': (text) => JSON.stringify({ message: JSON.stringify({ log: inJson(text) }) }),
  'in colour in JSON': (text) => inJson(`\u001b[33m${text.replace('payload=', 'payload=\u001b[0m')}\u001b[0m`),
  'by System.Text.Json': (text) => inJson(text).replaceAll('\\"', '\\u0022'),
  'by Gson': (text) => inJson(text).replaceAll('=', '\\u003d'),
  'as a quoted value of logfmt': (text) => `level=warn msg=${JSON.stringify(text)} caller=x`,
  'as a CSV field': (text) => `1,"${text.replaceAll('"', '""')}",stderr`,
  'as a CSV field of JSON': (text) => `1,"${inJson(text).replaceAll('"', '""')}"`,
  'as Python shows a string': (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  'as arguments of a format': (text) => {
    const [mark, reason, payload] = text.split(/ (?:reason|payload)=/);
    return JSON.stringify({ template: '%s reason=%s payload=%s', args: [mark, reason, payload] });
  },
};

describe('finds undelivered reports', () => {
  it.each(Object.entries(WRAPPERS))('%s', (_name, wrap) => {
    expect(unsentIn(wrap(line()))).toEqual([{ body }]);
  });

  it('whatever agents wrote and whatever wraps it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom('"}', '\\"', '\\\\', '{"a":1}', '\\u0022', "'", '""', 'payload={', '\u2028', '\t'),
    );
    const bodies = fc.record({
      what_i_needed: fc.tuple(fc.constant('x'), text).map((parts) => parts.join('')),
      what_i_tried: text,
    });
    // Python's way leaves `\'` ambiguous with what was there; two wrappers are no inverse for every text.
    const inverse = Object.keys(WRAPPERS).filter((name) => !/Python|format|grep|colour/.test(name));
    fc.assert(
      fc.property(bodies, fc.constantFrom(...inverse), (written, name) => {
        expect(unsentIn(WRAPPERS[name]?.(line(written)) ?? '')).toEqual([
          { body: JSON.parse(JSON.stringify(written)) },
        ]);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['original, Python', 'unreachable:All connection attempts failed'],
    ['original, TypeScript', 'unreachable:TypeError: fetch failed'],
    [
      'hosted, Go',
      'unreachable:Post "http://localhost:8099/api/feedback": dial tcp [::1]:8099: connect: connection refused',
    ],
    ['hosted, Rust', 'unreachable:error sending request for url (http://localhost:8099/)'],
    ['of this generation', 'bad_answer'],
  ])('of the drop-in %s, by its reason', (_name, reason) => {
    expect(unsentIn(line(body, reason))).toEqual([{ body }]);
    expect(unsentIn(inJson(line(body, reason)))).toEqual([{ body }]);
  });

  it('of the middleware of the hosted service', () => {
    expect(unsentIn(`ERROR patchworkmcp UNSENT_FEEDBACK: ${JSON.stringify(body)} — timed out`)).toEqual([{ body }]);
  });

  it('several on a line', () => {
    const other = { ...body, what_i_needed: 'another' };
    expect(unsentIn(`${line()} ${line(other)}`)).toEqual([{ body }, { body: other }]);
    expect(unsentIn(JSON.stringify([line(), line(other)]))).toEqual([{ body }, { body: other }]);
    expect(unsentIn(`${line().slice(0, 80)} ${line(other)}`)).toEqual([{ broken: 'cut off' }, { body: other }]);
  });
});

it('does not take what an agent wrote into a report for a second report', () => {
  const forged = { ...body, what_i_needed: `x ${line({ what_i_needed: 'forged', what_i_tried: 'y' })}` };
  for (const wrap of Object.values(WRAPPERS)) {
    for (const unsent of unsentIn(wrap(line(forged)))) {
      expect('body' in unsent && unsent.body.what_i_needed).not.toBe('forged');
    }
  }
  expect(unsentIn(WRAPPERS['three strings deep']?.(line(forged)) ?? '')).toEqual([{ body: forged }]);
});

it('names a line that was cut, wherever that was', () => {
  for (const wrap of [
    WRAPPERS['as written'],
    WRAPPERS['as a string in JSON'],
    WRAPPERS['three strings deep'],
    WRAPPERS['as a CSV field'],
  ]) {
    const whole = wrap?.(line()) ?? '';
    const from = whole.indexOf('reason') + 'reason='.length;
    const to = whole.lastIndexOf('get_costs');
    for (let length = from; length < to; length++)
      expect(unsentIn(whole.slice(0, length))).toEqual([{ broken: 'cut off' }]);
  }
});

it('says what is not readable and what is empty, and passes over what only mentions the word', () => {
  expect(unsentIn('PATCHWORKMCP_UNSENT_FEEDBACK reason=x payload={what: no}')).toEqual([{ broken: 'not readable' }]);
  expect(unsentIn(line({ ...body, what_i_needed: '' }))).toEqual([{ broken: 'empty' }]);
  expect(unsentIn(line({ other: 1 }))).toEqual([{ broken: 'empty' }]);
  expect(unsentIn('$ grep PATCHWORKMCP_UNSENT_FEEDBACK app.log')).toEqual([]);
  expect(unsentIn('see UNSENT_FEEDBACK: what to do')).toEqual([]);
});
