import { isSealed, type MarkerKeys, sealOf } from '../../issues/index.ts';

export const BOX_ACTIONS = ['draft', 'redraft', 'park', 'unpark', 'top', 'refresh'] as const;
export type BoxAction = (typeof BOX_ACTIONS)[number];

/** A check box of the dashboard. Each turn of it is ticked once: when that was answered, the next turn is shown. */
export interface Box {
  action: BoxAction;
  /** 0 for what concerns no single gap. */
  issue: number;
  turn: number;
}

export interface Signed {
  keys: MarkerKeys;
  repositoryId: number;
}

const LINE = /^[ \t]*[-*+] \[([ xX])\] <!-- patchwork:box ([a-z]+)\.(\d{1,10})\.(\d{1,10})\.([\w-]{22}) -->/gm;

/** Names a box in all its turns. */
export function placeOf({ action, issue }: Omit<Box, 'turn'>): string {
  return `${action}.${issue}`;
}

export function nameOf(box: Box): string {
  return `${placeOf(box)}.${box.turn}`;
}

/** One line of a task list: `- [ ] <!-- patchwork:box draft.12.0.<MAC> --> draft this`. */
export function renderBox(box: Box, words: string, signed: Signed): string {
  return `- [ ] <!-- patchwork:box ${nameOf(box)}.${sealOf(signed.keys, placeIn(signed), nameOf(box))} --> ${words}`;
}

/** The boxes of a text that we made for this repository, by name; of copies of one the first counts. */
export function parseBoxes(text: string, signed: Signed): Map<string, { box: Box; ticked: boolean }> {
  const boxes = new Map<string, { box: Box; ticked: boolean }>();
  for (const [, mark, word = '', issue, turn, seal = ''] of text.matchAll(LINE)) {
    const action = BOX_ACTIONS.find((known) => known === word);
    if (!action) continue;
    const box = { action, issue: Number(issue), turn: Number(turn) };
    const name = nameOf(box);
    if (boxes.has(name) || !isSealed(signed.keys, placeIn(signed), name, seal)) continue;
    boxes.set(name, { box, ticked: mark !== ' ' });
  }
  return boxes;
}

function placeIn({ repositoryId }: Signed) {
  return { repositoryId, role: 'box' as const };
}
