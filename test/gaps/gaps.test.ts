import { beforeAll, describe, expect, it } from 'vitest';
import type { Ground } from '../../src/draft/index.ts';
import { applyEdits } from '../../src/repo/index.ts';
import { GAP_TYPES } from '../../src/report/index.ts';
import { needing } from '../dropins/toolchain.ts';
import { answerOf, type Edits, type Gap, type GapServer, type Recording, readServers, recordingOf } from './gap.ts';
import { draftOf, groundFor } from './run.ts';
import { wrongAnswers } from './wrong.ts';

const servers = await readServers();
const TIME = 15 * 60_000;

/** What a draft's edits make of the server's files, in memory. */
function applied(server: GapServer, edits: Edits) {
  const texts = Object.entries(server.files).map(([path, bytes]) => ({ path, text: Buffer.from(bytes).toString() }));
  const files = texts.map(({ path, text }) => ({ path, mode: '100644', sha: '', size: text.length }));
  const snapshot = { commit: '', files, texts, special: [] };
  return applyEdits(snapshot, edits, { maxFiles: 20, maxLines: 1500 });
}

describe('the gaps', () => {
  it('are of all kinds in all languages, more than forty', () => {
    expect(servers.flatMap(({ gaps }) => gaps).length).toBeGreaterThanOrEqual(40);
    for (const language of ['Python', 'TypeScript', 'Go', 'Rust']) {
      const gaps = servers.filter((server) => server.language === language).flatMap((server) => server.gaps);
      expect(new Set(gaps.map(({ type }) => type)), language).toEqual(new Set(GAP_TYPES));
    }
  });

  it.each(servers.flatMap((server) => server.gaps.map((gap) => [`${server.name}/${gap.name}`, server, gap] as const)))(
    'have answers that can be applied: %s',
    (_, server, gap) => {
      for (const edits of [gap.edits, gap.hard_codes, [...gap.edits, ...server.adds]]) {
        expect(applied(server, edits).length).toBeGreaterThan(0);
      }
      expect(applied(server, [...gap.edits, ...server.breaks, ...server.weakens]).length).toBeGreaterThan(0);
    },
  );
});

/** One gap in each language, and some of the wrong answers to it; `npm run bench gaps` tries all of them. */
const SAMPLE: [server: string, gap: string, wrong: string[], tool: string][] = [
  ['py-library', 'loan-days', ['edits the tests', 'hard-codes the answer', 'edits a probe'], 'python3'],
  ['ts-tickets', 'agents', ['breaks another tool', 'does nothing', 'touches a workflow'], 'node'],
  ['go-backups', 'list-host', ['changes the surface undeclared', 'has a syntax error'], 'go'],
  ['rs-notes', 'find-case', ['changes the wrong tool', 'hard-codes the answer'], 'cargo'],
];

for (const [name, title, wrong, tool] of SAMPLE) {
  const server = servers.find((each) => each.name === name) as GapServer;
  const gap = server.gaps.find((each) => each.name === title) as Gap;
  needing(tool)(`a draft for a server in ${server.language}`, () => {
    let ground: Ground;
    beforeAll(async () => {
      ground = await groundFor(server);
    }, TIME);
    const outcome = async (recording: Recording) => (await draftOf(server, gap, ground, recording)).outcome;

    it(
      'ends verified when it closes the gap',
      async () => {
        expect(await outcome(recordingOf(gap, answerOf(gap, gap.edits)))).toBe('verified');
      },
      TIME,
    );

    it.each(wrong)(
      'does not end verified when it %s',
      async (kind) => {
        const draft = wrongAnswers(server, gap)[kind];
        if (!draft) throw new Error(`there is no wrong answer that ${kind}`);
        expect(['unverified', 'failed']).toContain(await outcome(recordingOf(gap, draft)));
      },
      TIME,
    );
  });
}
