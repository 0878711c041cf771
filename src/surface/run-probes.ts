import { shown } from './diff.ts';
import { type Answer, answerOf, mismatch, valuesAt } from './matcher.ts';
import type { Expectation, Probe, Setup } from './probe.ts';
import { plain } from './process.ts';
import { isObject, properties } from './schema-relation.ts';
import { type Live, REQUEST_LIMIT } from './start.ts';
import type { Surface } from './surface.ts';
import { validate } from './validate.ts';

/** `red`: the gap is there. `green`: it is closed. `error`: it could not be found out, which is neither. */
export type ProbeState = 'red' | 'green' | 'error';

/** One call of a probe. */
export interface ProbeCase {
  /** Whoever writes the change sees the first kind alone. The control is the one that is green at the base, too. */
  call: 'shown' | 'held_out' | 'control';
  state: ProbeState;
  /** In a sentence; of a hidden case not to be shown to whoever writes the change. */
  why: string;
  /** Of a call of the tool: what was expected and is not so, which is all of it where there was no answer. */
  unmet?: Expectation[];
  answer?: Answer;
}

export interface ProbeResult {
  probe: Probe;
  /** Green only when every case is. */
  state: ProbeState;
  /** In a sentence that gives nothing away of a hidden case. */
  why: string;
  cases: ProbeCase[];
}

/**
 * Runs probes one after the other against a server whose surface has been read. A server that ends makes the rest errors, and so does
 * the clock (`performance.now()`) once it has passed `until`.
 */
export async function runProbes(
  probes: Probe[],
  live: Live,
  surface: Surface,
  until = Infinity,
): Promise<ProbeResult[]> {
  const results: ProbeResult[] = [];
  for (const probe of probes) {
    const isLate = performance.now() > until;
    results.push(isLate ? conclude(probe, [NO_TIME]) : await runProbe(probe, live, surface));
  }
  return results;
}

const NO_TIME: Outcome = { state: 'error', why: 'There was no time left for it: the probes before it took too long.' };

async function runProbe(probe: Probe, live: Live, surface: Surface): Promise<ProbeResult> {
  const tool = surface.tools.find(({ name }) => name === probe.tool);
  if (!tool) {
    const missing: Outcome = { state: 'red', why: `The tool ${shown(probe.tool)} is not listed.` };
    return conclude(
      probe,
      callsOf(probe).map(() => missing),
    );
  }
  switch (probe.kind) {
    case 'tool_present':
      return conclude(probe, [{ state: 'green', why: `The tool ${shown(probe.tool)} is listed.` }]);
    case 'param_present': {
      const has = probe.parameter in properties(tool.inputSchema);
      const why = `The tool ${shown(probe.tool)} ${has ? 'takes' : 'has no parameter'} ${shown(probe.parameter)}.`;
      return conclude(probe, [{ state: has ? 'green' : 'red', why }]);
    }
    case 'accepts': {
      const inputs = callsOf(probe).map((name) => (name === 'held_out' ? probe.held_out?.arguments : probe.arguments));
      return conclude(
        probe,
        inputs.map((each = '') => accepts(tool.inputSchema, each)),
      );
    }
    case 'refuses': {
      const said = await answerTo(live, probe.tool, JSON.parse(probe.arguments));
      if (!('state' in said)) return conclude(probe, [{ state: 'red', why: 'The call does not end in an error.' }]);
      return conclude(probe, [said.state === 'red' ? { state: 'green', why: said.why } : said]);
    }
    case 'result_matches': {
      const outcomes: Outcome[] = [await call(live, probe.tool, probe)];
      if (probe.held_out) outcomes.push(await call(live, probe.tool, probe.held_out));
      if (probe.control) outcomes.push(await call(live, probe.tool, { setup: null, ...probe.control }));
      return conclude(probe, outcomes);
    }
  }
}

type Outcome = Omit<ProbeCase, 'call'>;

function callsOf(probe: Probe): ProbeCase['call'][] {
  return [
    'shown',
    ...('held_out' in probe && probe.held_out ? ['held_out' as const] : []),
    ...('control' in probe && probe.control ? ['control' as const] : []),
  ];
}

function conclude(probe: Probe, outcomes: Outcome[]): ProbeResult {
  const calls = callsOf(probe);
  const cases = outcomes.map((outcome, at) => ({ call: calls[at] ?? 'shown', ...outcome }));
  const state = cases.some((each) => each.state === 'error')
    ? 'error'
    : cases.every((each) => each.state === 'green')
      ? 'green'
      : 'red';
  const telling = cases.find((each) => each.state === state) ?? cases[0];
  const why = telling?.call === 'shown' ? telling.why : HIDDEN[state];
  return { probe, state, why, cases };
}

const HIDDEN = {
  red: 'Another call, which is not shown, is not answered as it should be.',
  green: 'All calls are answered as they should be.',
  error: 'Another call, which is not shown, could not be made.',
};

/** Unknown arguments are no acceptance: most servers take them and do nothing with them. */
function accepts(schema: Record<string, unknown>, text: string): Outcome {
  const value = JSON.parse(text) as Record<string, unknown>;
  const known = properties(schema);
  const unknown = Object.keys(value).filter((name) => !(name in known));
  const open = isObject(schema.additionalProperties) && Object.keys(schema.additionalProperties).length > 0;
  if (unknown.length > 0 && !open)
    return { state: 'red', why: `The tool has no parameter ${unknown.map(shown).join(', ')}.` };
  const { valid, ...rest } = validate(schema, value);
  const why = 'why' in rest ? plain(rest.why, 300) : '';
  if (valid === undefined) return { state: 'error', why };
  return valid
    ? { state: 'green', why: 'The arguments fit the listed schema.' }
    : { state: 'red', why: `The listed schema refuses the arguments: ${why}` };
}

interface Asked {
  setup: Setup;
  arguments: string;
  expect: Expectation[];
}

/** Asks, with what the call before it gave, and holds the answer against what is expected. */
async function call(live: Live, tool: string, { setup, arguments: text, expect }: Asked): Promise<Outcome> {
  const values = await taken(live, setup);
  if ('state' in values) return { ...values, unmet: expect };
  const said = await answerTo(live, tool, { ...JSON.parse(text), ...Object.fromEntries(values.taken) });
  if ('state' in said) return { ...said, unmet: expect };
  const unmet = expect.flatMap((each) => {
    const wrong = mismatch(said, each);
    return wrong === undefined ? [] : [{ each, wrong }];
  });
  const why = unmet[0] ? `The answer is not as expected: ${plain(unmet[0].wrong, 300)}.` : 'The answer is as expected.';
  return { state: unmet[0] ? 'red' : 'green', why, answer: said, unmet: unmet.map(({ each }) => each) };
}

/** The values of the call that comes first. They are data: they only ever become arguments of the next call. */
async function taken(live: Live, setup: Setup): Promise<{ taken: [parameter: string, value: unknown][] } | Outcome> {
  if (!setup) return { taken: [] };
  const said = await answerTo(live, setup.tool, JSON.parse(setup.arguments));
  if ('state' in said) return { ...said, why: `Of the call before it: ${said.why}` };
  const values: [string, unknown][] = [];
  for (const { from, parameter } of setup.take) {
    const [value] = valuesAt(said, from);
    if (value === undefined || value === null) {
      return { state: 'red', why: `The answer to the call before it has nothing at ${plain(from, 100)}.` };
    }
    values.push([parameter, value]);
  }
  return { taken: values };
}

async function answerTo(live: Live, name: string, args: Record<string, unknown>): Promise<Answer | Outcome> {
  const gone = live.ended();
  if (gone) return { state: 'error', why: `The server is gone. ${gone}` };
  let result: Awaited<ReturnType<Live['client']['callTool']>>;
  try {
    result = await live.client.callTool(
      { name, arguments: args },
      { timeout: REQUEST_LIMIT, maxTotalTimeout: REQUEST_LIMIT },
    );
  } catch (error) {
    return failedCall(live, error as Error & { code?: unknown });
  }
  const answer = answerOf(result);
  return result.isError === true
    ? { state: 'red', why: `The call ended in an error: ${plain(answer.text, 300)}` }
    : answer;
}

/** The server said no (arguments or a result outside of their schema): that is an answer. Silence and death are not. */
function failedCall(live: Live, error: Error & { code?: unknown }): Outcome {
  const gone = live.ended();
  if (gone) return { state: 'error', why: `The server ended during the call. ${gone}` };
  const isAnswer = typeof error.code === 'number';
  return { state: isAnswer ? 'red' : 'error', why: `The call failed: ${plain(error.message, 300)}` };
}

/** Whether an answer is as expected. */
export function isAsExpected(answer: Answer, expect: Expectation[]): boolean {
  return expect.every((each) => mismatch(answer, each) === undefined);
}
