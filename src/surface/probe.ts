import * as z from 'zod';
import { PatchworkError } from '../report/index.ts';
import { readPath } from './matcher.ts';

const name = z.string().refine((text) => text.length > 0 && text.length <= 200, 'a name has 1 to 200 characters');

const json = z
  .string()
  .refine((text) => text.length <= 20_000 && parses(text), 'must be JSON text of at most 20,000 characters');

const args = z
  .string()
  .refine((text) => text.length <= 20_000 && parses(text, 'object'), 'must be the JSON text of an object')
  .describe('The arguments of the call, a JSON object written as text, like {"run_id":"r-7"}.');

const expectation = z.object({
  path: z
    .string()
    .refine((text) => readPath(text) !== undefined, 'must be a path below /data, /text or /content')
    .describe(
      'Where in the answer to look, a JSON pointer; * stands for every entry of a list or object. /data is the structured result, ' +
        'or the text parsed as JSON; /text is the whole text; /content is the list of content parts. Like /data/rows/*/run_id.',
    ),
  is: z
    .enum(['present', 'absent', 'equal', 'containing', 'at_least'])
    .describe(
      'present: something is there, not null. absent: nothing is there, or null; so /data/rows/3 absent says that there are at most ' +
        'three. equal: something is there and all of it equals the value. containing: one text there contains the value, or one ' +
        'list there has it as an entry. at_least: a list there has (or *, finds) at least that many entries.',
    ),
  value: json.describe(
    'As JSON text: for equal and containing any value, so a string is "\\"open\\"" and a number "3"; for at_least a number; else "null".',
  ),
});

const expectations = z.array(expectation).min(1).max(8);

const tool = name.describe('The name of the tool.');

const toolPresent = z.object({ kind: z.literal('tool_present'), tool });

const parameterPresent = z.object({
  kind: z.literal('param_present'),
  tool,
  parameter: name.describe('A parameter at the top of its input.'),
});

const accepts = z.object({
  kind: z.literal('accepts'),
  tool,
  arguments: args,
  held_out: z
    .object({ arguments: args })
    .nullable()
    .describe('Other arguments that must be accepted as well; null only when there are no others.'),
});

const setup = z
  .object({
    tool: name,
    arguments: args,
    take: z
      .array(
        z.object({
          from: z
            .string()
            .refine(
              (text) => readPath(text)?.includes('*') === false,
              'must be a path below /data, /text or /content, without *',
            )
            .describe('Where in its answer the value is, a JSON pointer like /data/next_cursor.'),
          parameter: name.describe('The parameter of the call after it that gets this value.'),
        }),
      )
      .min(1)
      .max(4),
  })
  .nullable()
  .describe(
    'A call that comes first, and what of its answer goes into the arguments: to follow a cursor, or to look at what was made. ' +
      'Else null.',
  );

const resultMatches = z.object({
  kind: z.literal('result_matches'),
  tool,
  setup,
  arguments: args,
  expect: expectations.describe('All of them must hold, and the call must not end in an error.'),
  held_out: z
    .object({ setup, arguments: args, expect: expectations })
    .nullable()
    .describe(
      'The same question with other values, whose right answer is another one: an answer that is written into the code must fail ' +
        'one of the two. Null only when the tool has no other values to be asked with.',
    ),
  control: z
    .object({ arguments: args, expect: expectations })
    .nullable()
    .describe(
      'A call that is answered rightly already, and still has to be: where what is missing must not appear, like the cursor on a ' +
        'last page. Else null.',
    ),
});

const refuses = z
  .object({ kind: z.literal('refuses'), tool, arguments: args })
  .describe('The call must end in an error; it may already. Proves nothing alone: only beside a result_matches.');

/**
 * A check of a running server, closed: nothing in it is code. Every form is taken by all model providers (see `assertPortable`);
 * arguments and values are JSON text because of that.
 *
 * The held-out part is a second call of the same kind, the control one that holds before and after. Neither is shown to whoever
 * writes the change, so an answer written into the code for the first call does not fit them.
 */
export const probeSchema = z.discriminatedUnion('kind', [
  toolPresent,
  parameterPresent,
  accepts,
  resultMatches,
  refuses,
]);

export type Probe = z.infer<typeof probeSchema>;
export type Expectation = z.infer<typeof expectation>;
export type Setup = z.infer<typeof setup>;

/** What the model answers to the question for probes. */
export const probesAnswer = z.object({
  probes: z.array(probeSchema).min(1).max(3).describe('Each is red while the gap exists and green once it is closed.'),
});

/** A probe as the writer of the change may see it. */
export function withoutHeldOut(probe: Probe): object {
  const { held_out: _, control: __, ...shown } = { held_out: null, control: null, ...probe };
  return shown;
}

const PROBES = '.patchwork/probes';
const LIMIT = 200_000;

const probeFile = z.strictObject({
  version: z.literal(1),
  issue: z.number().int().positive(),
  probes: z.array(probeSchema).min(1).max(20),
});

export interface ProbeFile {
  issue: number;
  probes: Probe[];
}

export function probePath(issue: number): string {
  return `${PROBES}/${issue}.json`;
}

/** The issue whose probes a path of the repository holds. */
export function issueOfProbePath(path: string): number | undefined {
  const found = /^\.patchwork\/probes\/([1-9]\d{0,9})\.json$/.exec(path);
  return found ? Number(found[1]) : undefined;
}

/** The file that a merged gap leaves behind, so that later drafts keep it closed. */
export function renderProbeFile({ issue, probes }: ProbeFile): string {
  return `${JSON.stringify({ version: 1, issue, probes }, null, 2)}\n`;
}

/** Reads such a file back. Throws `probe_file` when it is none: a gap that cannot be checked is not to be taken for closed. */
export function parseProbeFile(text: string): ProbeFile {
  try {
    if (text.length > LIMIT) throw new Error('too long');
    const { issue, probes } = probeFile.parse(JSON.parse(text));
    return { issue, probes };
  } catch (cause) {
    throw new PatchworkError('probe_file', `A file in ${PROBES} is not valid.`, {
      next: 'Restore it from the pull request that added it, or delete it to give its gap up.',
      cause,
    });
  }
}

function parses(text: string, type?: 'object'): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return type === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value));
  } catch {
    return false;
  }
}
