import { shown } from './diff.ts';
import { type Answer, answerOf, mismatch } from './matcher.ts';
import type { Expectation, Probe } from './probe.ts';
import { plain } from './process.ts';
import { isObject, properties } from './schema-relation.ts';
import { type Live, REQUEST_LIMIT } from './start.ts';
import type { Surface } from './surface.ts';
import { validate } from './validate.ts';

/** `red`: the gap is there. `green`: it is closed. `error`: it could not be found out, which is neither. */
export type ProbeState = 'red' | 'green' | 'error';

/** One call of a probe, and whether it is the one that the writer of the change does not see. */
export interface ProbeCase {
  heldOut: boolean;
  state: ProbeState;
  /** In a sentence; of a held-out case not to be shown to whoever writes the change. */
  why: string;
}

export interface ProbeResult {
  probe: Probe;
  /** Green only when every case is. */
  state: ProbeState;
  /** In a sentence that gives nothing away of a held-out case. */
  why: string;
  cases: ProbeCase[];
  /** Whether one fixed answer would satisfy the shown and the held-out case: then the second proves nothing. */
  fixedAnswerPasses: boolean;
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
  const missing: Outcome = { state: 'red', why: `The tool ${shown(probe.tool)} is not listed.` };
  if (!tool) return conclude(probe, [missing, ...('held_out' in probe && probe.held_out ? [missing] : [])]);
  switch (probe.kind) {
    case 'tool_present':
      return conclude(probe, [{ state: 'green', why: `The tool ${shown(probe.tool)} is listed.` }]);
    case 'param_present': {
      const has = probe.parameter in properties(tool.inputSchema);
      const why = `The tool ${shown(probe.tool)} ${has ? 'takes' : 'has no parameter'} ${shown(probe.parameter)}.`;
      return conclude(probe, [{ state: has ? 'green' : 'red', why }]);
    }
    case 'accepts': {
      const inputs = [probe.arguments, ...(probe.held_out ? [probe.held_out.arguments] : [])];
      return conclude(
        probe,
        inputs.map((each) => accepts(tool.inputSchema, each)),
      );
    }
    case 'result_matches': {
      const first = await call(live, probe.tool, probe);
      const second = probe.held_out ? await call(live, probe.tool, probe.held_out) : undefined;
      const fixed =
        probe.held_out !== null &&
        [
          first.answer && holds(first.answer, probe.held_out.expect) && holds(first.answer, probe.expect),
          second?.answer && holds(second.answer, probe.expect) && holds(second.answer, probe.held_out.expect),
        ].some(Boolean);
      return conclude(probe, [first, ...(second ? [second] : [])], fixed);
    }
  }
}

interface Outcome {
  state: ProbeState;
  why: string;
  answer?: Answer;
}

function conclude(probe: Probe, outcomes: Outcome[], fixedAnswerPasses = false): ProbeResult {
  const cases = outcomes.map(({ state, why }, at) => ({ heldOut: at > 0, state, why }));
  const state = cases.some((each) => each.state === 'error')
    ? 'error'
    : cases.every((each) => each.state === 'green')
      ? 'green'
      : 'red';
  const telling = cases.find((each) => each.state === state) ?? cases[0];
  const why = telling?.heldOut ? HELD_OUT[state] : (telling?.why ?? '');
  return { probe, state, why, cases, fixedAnswerPasses };
}

const HELD_OUT = {
  red: 'A call of the same kind with other values, which is not shown, is not answered as it should be.',
  green: 'All calls are answered as they should be.',
  error: 'A call of the same kind with other values, which is not shown, could not be made.',
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

async function call(live: Live, name: string, asked: { arguments: string; expect: Expectation[] }): Promise<Outcome> {
  const gone = live.ended();
  if (gone) return { state: 'error', why: `The server is gone. ${gone}` };
  let result: Awaited<ReturnType<Live['client']['callTool']>>;
  try {
    result = await live.client.callTool(
      { name, arguments: JSON.parse(asked.arguments) },
      { timeout: REQUEST_LIMIT, maxTotalTimeout: REQUEST_LIMIT },
    );
  } catch (error) {
    return failedCall(live, error as Error & { code?: unknown });
  }
  const answer = answerOf(result);
  if (result.isError === true) return { state: 'red', why: `The call ended in an error: ${plain(answer.text, 300)}` };
  const wrong = asked.expect.map((each) => mismatch(answer, each)).find((why) => why !== undefined);
  return wrong
    ? { state: 'red', why: `The answer is not as expected: ${plain(wrong, 300)}.`, answer }
    : { state: 'green', why: 'The answer is as expected.', answer };
}

/** The server said no (arguments or a result outside of their schema): that is an answer. Silence and death are not. */
function failedCall(live: Live, error: Error & { code?: unknown }): Outcome {
  const gone = live.ended();
  if (gone) return { state: 'error', why: `The server ended during the call. ${gone}` };
  const isAnswer = typeof error.code === 'number';
  return { state: isAnswer ? 'red' : 'error', why: `The call failed: ${plain(error.message, 300)}` };
}

function holds(answer: Answer, expect: Expectation[]): boolean {
  return expect.every((each) => mismatch(answer, each) === undefined);
}
