import * as z from 'zod';

const edit = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('replace'),
    path: z.string(),
    search: z.string().describe('Text that occurs exactly once in the file, copied character by character.'),
    replace: z.string(),
  }),
  z.object({
    kind: z.literal('write'),
    path: z.string(),
    content: z.string().describe('The whole new content of a file that is new or was shown whole.'),
  }),
  z.object({ kind: z.literal('delete'), path: z.string() }),
  z
    .object({ kind: z.literal('read'), path: z.string() })
    .describe(
      'Asks for a listed file that was not shown, or in part. Once, and then all edits are of this kind and the rest may be empty.',
    ),
]);

/** What the model answers to the draft question. Every field is required, as strict schemas demand. */
export const draftAnswer = z.object({
  title: z.string().describe('Title of the pull request, imperative, at most 70 characters.'),
  summary: z.string().describe('What changes for users of the MCP server, in one or two sentences.'),
  commit_message: z.string().describe('One line, imperative, at most 70 characters.'),
  body: z.string().describe('How it was done and what a reviewer should look at, plain paragraphs.'),
  edits: z.array(edit),
  declared_changes: z
    .array(
      z.object({
        tool: z.string(),
        change: z.enum(['add', 'modify', 'remove']),
        parameters: z.array(z.string()).describe('Parameters added, changed or removed, as the rules say.'),
        description: z.string(),
      }),
    )
    .describe('Every difference that tools/list will show.'),
  notes_honoured: z
    .array(z.object({ note: z.string(), how: z.string() }))
    .describe('For each maintainer’s note: its first words, and how the edits respect it.'),
  confidence: z.number().describe('From 0 to 1: how sure you are that this closes the gap and breaks nothing.'),
  confidence_reason: z.string(),
});

export type DraftAnswer = z.infer<typeof draftAnswer>;
