import { expect, it } from 'vitest';
import { readRepositoryConfig } from '../../src/config/index.ts';
import { askForDraft } from '../../src/draft/ask.ts';
import type { Material } from '../../src/draft/material.ts';
import { recordedModel } from '../../src/model/recorded.ts';
import type { ReplayReport } from '../../src/surface/index.ts';
import { draftAnswer } from '../support/product.ts';

it('tries the same answer once, and asks no third time for it', async () => {
  const texts = [{ path: 'server.py', text: 'a = 1\n' }];
  const files = [{ path: 'server.py', mode: '100644', sha: '', size: 6 }];
  const steps: string[] = [];
  const material = {
    model: recordedModel({
      name: 'recorded',
      answers: { draft: [draftAnswer([{ kind: 'replace', path: 'server.py', search: 'a = 1', replace: 'a = 2' }])] },
    }),
    status: { step: async (text: string) => void steps.push(text), end: async () => {} },
    gap: { number: 7, reports: [], title: 'x' },
    frozen: { title: 'x', notes: [] },
    snapshot: { commit: '', special: [], texts, files },
    selection: { files: [{ path: 'server.py', why: '' }], tools: [], paths: ['server.py'] },
    config: readRepositoryConfig(undefined).config,
  } as unknown as Material;
  const seen = { probes: [], earlier: [], checks: [], ms: { total: 0, prepare: 0, start: 0, probes: 0 } };
  const reasons = [{ code: 'still_open', why: 'It is open.', rulesOut: 'plausible' as const }];
  const report: ReplayReport = { base: seen, head: seen, changes: [], reasons };
  let tried = 0;
  const examine = async () => {
    tried += 1;
    return report;
  };
  const written = await askForDraft(material, {
    probes: [],
    tools: [],
    examine,
    [Symbol.asyncDispose]: async () => {},
  });
  expect(written.verdict).toMatchObject({ outcome: 'unverified', reason: 'still_open' });
  expect(tried).toBe(1);
  expect(steps.filter((step) => step.startsWith('Asking again'))).toEqual(['Asking again: It is open.']);
});
