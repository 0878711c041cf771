import { isDeepStrictEqual } from 'node:util';
import { cleanLine } from '../report/index.ts';
import { isObject, properties, type Relation, relate, relateProperty, required } from './schema-relation.ts';
import type { Surface, SurfacePrompt, SurfaceResource, SurfaceTool } from './surface.ts';

/** One difference between two surfaces. */
export interface SurfaceChange {
  of: 'tool' | 'prompt' | 'resource' | 'template' | 'instructions';
  /** The tool's or prompt's name, the resource's address; empty for instructions. */
  name: string;
  change: 'added' | 'removed' | 'changed';
  /** What of it changed; nothing when it was added or removed as a whole. */
  part?: 'parameter' | 'input' | 'result' | 'annotations' | 'description';
  /** Parameters concerned: the changed one, or all of a tool that was added or removed. */
  parameters: string[];
  /** `additive`: whoever could use it before still can. `unknown` is never to be taken for that. */
  effect: 'additive' | 'breaking' | 'unknown';
  /** Whether a tool may now do more to the world than it said before. */
  capability: boolean;
  /** The change in a sentence; names in it are the server's own, cleaned and in backticks. */
  why: string;
}

/** What a draft says it changes. */
export interface DeclaredChange {
  tool: string;
  change: 'add' | 'modify' | 'remove';
  parameters: string[];
}

export function diffSurfaces(base: Surface, head: Surface): SurfaceChange[] {
  const changes: SurfaceChange[] = [
    ...pairs(base.tools, head.tools, 'name').flatMap(([before, after]) => tool(before, after)),
    ...pairs(base.prompts, head.prompts, 'name').flatMap(([before, after]) => prompt(before, after)),
    ...pairs(base.resources, head.resources, 'uri').flatMap(([before, after]) => resource('resource', before, after)),
    ...pairs(base.templates, head.templates, 'uri').flatMap(([before, after]) => resource('template', before, after)),
  ];
  if (base.instructions !== head.instructions) {
    const why = 'The server’s instructions changed.';
    changes.push({ of: 'instructions', name: '', change: 'changed', part: 'description', ...RISK.unknown, why });
  }
  return changes;
}

const RISK = {
  additive: { parameters: [] as string[], effect: 'additive', capability: false },
  breaking: { parameters: [] as string[], effect: 'breaking', capability: false },
  unknown: { parameters: [] as string[], effect: 'unknown', capability: false },
} as const;

function tool(base: SurfaceTool | undefined, head: SurfaceTool | undefined): SurfaceChange[] {
  const own = { of: 'tool' as const, name: (head ?? base)?.name ?? '' };
  const called = shown(own.name);
  if (!base || !head) {
    const parameters = Object.keys(properties((head ?? base)?.inputSchema ?? {}));
    if (base) return [{ ...own, change: 'removed', ...RISK.breaking, parameters, why: `Tool ${called} was removed.` }];
    const destructive = head?.annotations?.destructiveHint === true;
    const why = `Tool ${called} was added${destructive ? '; it says that it destroys' : ''}.`;
    return [{ ...own, change: 'added', ...RISK.additive, parameters, capability: destructive, why }];
  }
  const roots = { base: base.inputSchema, head: head.inputSchema };
  const names = new Set([...Object.keys(properties(roots.base)), ...Object.keys(properties(roots.head))]);
  const changed = { ...own, change: 'changed' as const };
  const changes: SurfaceChange[] = [...names].flatMap((name) => {
    const found = parameter(name, roots);
    return found ? [{ ...changed, part: 'parameter' as const, ...found, why: `Tool ${called}: ${found.why}` }] : [];
  });
  const rest = relate(withoutParameters(roots.base), withoutParameters(roots.head), roots);
  if (rest !== 'same') {
    changes.push({
      ...changed,
      part: 'input',
      ...byInput(rest),
      why: `Tool ${called}: what its input may be besides is ${rest}.`,
    });
  }
  changes.push(...result(base, head).map((found) => ({ ...changed, part: 'result' as const, ...found })));
  changes.push(...annotations(base, head).map((found) => ({ ...changed, part: 'annotations' as const, ...found })));
  for (const text of ['description', 'title'] as const) {
    if (base[text] === head[text]) continue;
    // A description decides which tool an agent takes: that it still fits is for a person to say.
    changes.push({ ...changed, part: 'description', ...RISK.unknown, why: `Tool ${called}: its ${text} changed.` });
  }
  return changes;
}

function parameter(
  name: string,
  roots: { base: SurfaceTool['inputSchema']; head: SurfaceTool['inputSchema'] },
): Pick<SurfaceChange, 'parameters' | 'effect' | 'capability' | 'why'> | undefined {
  const [before, after] = [properties(roots.base)[name], properties(roots.head)[name]];
  const relation = relateProperty(name, roots.base, roots.head, roots);
  const called = shown(name);
  const needed = required(roots.head).includes(name);
  const found = { ...byInput(relation), parameters: [name] };
  if (before === undefined) {
    return { ...found, why: `${needed ? 'required' : 'optional'} parameter ${called} was added.` };
  }
  if (after === undefined) return { ...found, why: `parameter ${called} was removed.` };
  if (relation !== 'same') {
    const need =
      required(roots.base).includes(name) === needed ? '' : `, and it is ${needed ? 'required' : 'optional'} now`;
    return { ...found, why: `parameter ${called} is ${SAID[relation]}${need}.` };
  }
  if (!isObject(before) || !isObject(after)) return undefined;
  if (!isDeepStrictEqual(before.default, after.default)) {
    return { ...RISK.unknown, parameters: [name], why: `parameter ${called} has another default.` };
  }
  if (isDeepStrictEqual(before, after)) return undefined;
  return { ...RISK.additive, parameters: [name], why: `parameter ${called} is described in other words.` };
}

const SAID: Record<Relation, string> = {
  same: 'the same',
  wider: 'wider',
  narrower: 'narrower',
  different: 'of another kind',
  unknown: 'changed in a way that cannot be compared',
};

function byInput(relation: Relation): (typeof RISK)[keyof typeof RISK] {
  if (relation === 'narrower' || relation === 'different') return RISK.breaking;
  return relation === 'unknown' ? RISK.unknown : RISK.additive;
}

function withoutParameters({ properties: _, required: __, ...rest }: SurfaceTool['inputSchema']) {
  return rest;
}

type Found = Pick<SurfaceChange, 'parameters' | 'effect' | 'capability' | 'why'>;

/** A result is read, not given: to promise more is additive, to promise less breaks whoever relied on it. */
function result(base: SurfaceTool, head: SurfaceTool): Found[] {
  const [before, after] = [base.outputSchema, head.outputSchema];
  if (isDeepStrictEqual(before, after)) return [];
  const called = `Tool ${shown(head.name)}:`;
  if (!before) return [{ ...RISK.additive, why: `${called} its result has a schema now.` }];
  if (!after) return [{ ...RISK.breaking, why: `${called} its result has no schema any more.` }];
  const [had, has] = [properties(before), properties(after)];
  const roots = { base: before, head: after };
  const lost = Object.keys(had).filter((name) => !(name in has));
  const gained = Object.keys(has).filter((name) => !(name in had));
  const kept = Object.keys(had).filter((name) => name in has);
  const relations = kept.map((name) => relate(had[name], has[name], roots));
  const loosened = required(before).filter((name) => name in has && !required(after).includes(name));
  const rest = relate(withoutParameters(before), withoutParameters(after), roots);
  if (lost.length > 0) return [{ ...RISK.breaking, why: `${called} its result lost ${lost.map(shown).join(', ')}.` }];
  if (loosened.length > 0 || relations.includes('different')) {
    return [{ ...RISK.breaking, why: `${called} its result promises less than before.` }];
  }
  if (rest !== 'same' || relations.some((each) => each !== 'same' && each !== 'narrower')) {
    return [{ ...RISK.unknown, why: `${called} the schema of its result changed.` }];
  }
  const why = gained.length > 0 ? `has ${gained.map(shown).join(', ')} now` : 'is described more closely';
  return [{ ...RISK.additive, why: `${called} its result ${why}.` }];
}

/** What the hints mean where they are not given: MCP's ToolAnnotations. */
const HINTS = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true };

function annotations(base: SurfaceTool, head: SurfaceTool): Found[] {
  const hint = (of: SurfaceTool, name: keyof typeof HINTS) => (of.annotations?.[name] ?? HINTS[name]) === true;
  const called = `Tool ${shown(head.name)}:`;
  const found: Found[] = [];
  const more = { ...RISK.unknown, capability: true };
  if (hint(base, 'readOnlyHint') && !hint(head, 'readOnlyHint')) {
    found.push({ ...more, why: `${called} it no longer says that it only reads.` });
  } else if (!hint(head, 'readOnlyHint') && !hint(base, 'destructiveHint') && hint(head, 'destructiveHint')) {
    found.push({ ...more, why: `${called} it may destroy now.` });
  }
  if (!hint(base, 'openWorldHint') && hint(head, 'openWorldHint')) {
    found.push({ ...more, why: `${called} it may reach outside now.` });
  }
  if (hint(base, 'idempotentHint') && !hint(head, 'idempotentHint')) {
    found.push({ ...RISK.unknown, why: `${called} calling it twice may now do more than calling it once.` });
  }
  if (found.length > 0 || isDeepStrictEqual(base.annotations ?? {}, head.annotations ?? {})) return found;
  return [{ ...RISK.additive, why: `${called} its annotations promise more than before.` }];
}

function prompt(base: SurfacePrompt | undefined, head: SurfacePrompt | undefined): SurfaceChange[] {
  const own = { of: 'prompt' as const, name: (head ?? base)?.name ?? '' };
  const called = shown(own.name);
  if (!base) return [{ ...own, change: 'added', ...RISK.additive, why: `Prompt ${called} was added.` }];
  if (!head) return [{ ...own, change: 'removed', ...RISK.breaking, why: `Prompt ${called} was removed.` }];
  if (isDeepStrictEqual(base, head)) return [];
  const [had, has] = [base.arguments ?? [], head.arguments ?? []];
  const lost = had.some(({ name }) => !has.some((each) => each.name === name));
  const asked = has.some(
    ({ name, required: needed }) => needed && !had.some((each) => each.name === name && each.required),
  );
  if (lost || asked) {
    return [
      {
        ...own,
        change: 'changed',
        part: 'parameter',
        ...RISK.breaking,
        why: `Prompt ${called} asks for other arguments.`,
      },
    ];
  }
  return [{ ...own, change: 'changed', part: 'description', ...RISK.unknown, why: `Prompt ${called} changed.` }];
}

function resource(
  of: 'resource' | 'template',
  base: SurfaceResource | undefined,
  head: SurfaceResource | undefined,
): SurfaceChange[] {
  const own = { of, name: (head ?? base)?.uri ?? '' };
  const called = `${of === 'resource' ? 'Resource' : 'Resource template'} ${shown(own.name)}`;
  if (!base) return [{ ...own, change: 'added', ...RISK.additive, why: `${called} was added.` }];
  if (!head) return [{ ...own, change: 'removed', ...RISK.breaking, why: `${called} was removed.` }];
  if (isDeepStrictEqual(base, head)) return [];
  const effect = base.mimeType === head.mimeType ? RISK.unknown : RISK.breaking;
  return [{ ...own, change: 'changed', part: 'description', ...effect, why: `${called} changed.` }];
}

/**
 * Holds what really changed against what a draft declared; empty when they are equal, else what differs in sentences. A declared
 * modification without parameters needs no visible difference: results without a schema change unseen.
 */
export function compareDeclared(changes: SurfaceChange[], declared: DeclaredChange[], head: Surface): string[] {
  const differences: string[] = [];
  const actual = new Map<string, { change: DeclaredChange['change']; parameters: Set<string> }>();
  for (const { of, name, change, parameters } of changes) {
    const key = of === 'instructions' ? 'instructions' : name;
    const known = actual.get(key) ?? { change: WORD[change], parameters: new Set<string>() };
    for (const each of parameters) known.parameters.add(each);
    actual.set(key, known);
  }
  const said = new Map<string, { change: DeclaredChange['change']; parameters: Set<string> }>();
  for (const { tool: name, change, parameters } of declared) {
    const known = said.get(name);
    if (known && known.change !== change) differences.push(`${shown(name)} is declared twice, in different ways.`);
    said.set(name, { change, parameters: new Set([...(known?.parameters ?? []), ...parameters]) });
  }
  for (const [name, is] of actual) {
    const claim = said.get(name);
    if (!claim) differences.push(`${shown(name)} was ${PAST[is.change]}, which the draft does not declare.`);
    else if (claim.change !== is.change) {
      differences.push(`${shown(name)} was ${PAST[is.change]}, the draft declares it as ${PAST[claim.change]}.`);
    } else if (is.change !== 'remove') {
      const undeclared = [...is.parameters].filter((each) => !claim.parameters.has(each));
      const missing = [...claim.parameters].filter((each) => !is.parameters.has(each));
      if (undeclared.length > 0)
        differences.push(`${shown(name)}: undeclared change of ${undeclared.map(shown).join(', ')}.`);
      if (missing.length > 0) {
        differences.push(
          `${shown(name)}: ${missing.map(shown).join(', ')} declared as changed, the server shows no change.`,
        );
      }
    }
  }
  const listed = new Set([...[...head.tools, ...head.prompts].map(({ name }) => name)]);
  for (const [name, claim] of said) {
    if (actual.has(name)) continue;
    if (claim.change === 'modify' && claim.parameters.size === 0 && listed.has(name)) continue;
    differences.push(`${shown(name)} is declared as ${PAST[claim.change]}, the server shows no change.`);
  }
  return differences;
}

const WORD = { added: 'add', removed: 'remove', changed: 'modify' } as const;
const PAST = { add: 'added', remove: 'removed', modify: 'changed' } as const;

function pairs<T>(base: T[], head: T[], key: keyof T): [T | undefined, T | undefined][] {
  const [before, after] = [
    new Map(base.map((each) => [each[key], each])),
    new Map(head.map((each) => [each[key], each])),
  ];
  return [...new Set([...before.keys(), ...after.keys()])].map((name) => [before.get(name), after.get(name)]);
}

/** A name from a server, fit for a sentence. */
export function shown(name: string): string {
  return `\`${cleanLine(name.replaceAll('`', "'"), 100)}\``;
}
