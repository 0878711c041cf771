import { isDeepStrictEqual } from 'node:util';

type Schema = Record<string, unknown>;

/**
 * What a change of schema does to the values that fit it. `different` means that it takes some away and lets others in; `unknown` that
 * this comparison cannot say, which must never be read as harmless.
 */
export type Relation = 'same' | 'wider' | 'narrower' | 'different' | 'unknown';

/** Keywords that say something to readers, not about values. */
const SILENT = new Set([
  'title',
  'description',
  'examples',
  'default',
  '$schema',
  '$comment',
  '$id',
  'deprecated',
  '$defs',
  'definitions',
]);

/** Keywords whose number may grow (`up`) or shrink without losing a value. */
const BOUNDS: Record<string, 'up' | 'down'> = {
  maximum: 'up',
  exclusiveMaximum: 'up',
  maxLength: 'up',
  maxItems: 'up',
  maxProperties: 'up',
  minimum: 'down',
  exclusiveMinimum: 'down',
  minLength: 'down',
  minItems: 'down',
  minProperties: 'down',
};

/** Keywords that only ever narrow: to add one takes values away, to drop one lets them in. */
const NARROWING = [
  'pattern',
  'format',
  'multipleOf',
  'uniqueItems',
  'contains',
  'not',
  'propertyNames',
  'contentEncoding',
];

/** Where a comparison is: schemas may refer to themselves, and to others so often that nobody could follow. */
interface Walk {
  left: number;
  open: [before: Schema, after: Schema][];
}

const begin = (): Walk => ({ left: MOST_STEPS, open: [] });
const MOST_STEPS = 5000;
const DEEPEST = 32;

/** Compares two schemas as they stand in `root`s whose definitions they may refer to. */
export function relate(
  base: unknown,
  head: unknown,
  roots: { base: Schema; head: Schema },
  walk: Walk = begin(),
): Relation {
  walk.left -= 1;
  if (walk.left < 0 || walk.open.length > DEEPEST) return 'unknown';
  const before = resolve(base, roots.base);
  const after = resolve(head, roots.head);
  if (before === undefined || after === undefined) return isDeepStrictEqual(base, head) ? 'same' : 'unknown';
  if (isDeepStrictEqual(spoken(before), spoken(after)) && !refers(before) && !refers(after)) return 'same';
  // Within itself a schema differs by no more than what is found on the way.
  if (walk.open.some(([one, other]) => one === before && other === after)) return 'same';
  walk.open.push([before, after]);
  const [from, to] = [alternatives(before), alternatives(after)];
  const relation =
    from.length > 1 || to.length > 1
      ? relateSets(from, to, (a, b) => relate(a, b, roots, walk))
      : combine(facets(from[0] as Schema, to[0] as Schema, roots, walk));
  walk.open.pop();
  return relation;
}

function facets(base: Schema, head: Schema, roots: { base: Schema; head: Schema }, walk: Walk): Relation[] {
  const relations: Relation[] = [types(base, head), values(base, head)];
  const handled = new Set([
    'type',
    'enum',
    'const',
    'properties',
    'required',
    'additionalProperties',
    'items',
    ...SILENT,
  ]);
  for (const [name, way] of Object.entries(BOUNDS)) {
    handled.add(name);
    relations.push(bound(base[name], head[name], way));
  }
  for (const name of NARROWING) {
    handled.add(name);
    if (isDeepStrictEqual(base[name], head[name])) continue;
    relations.push(base[name] === undefined ? 'narrower' : head[name] === undefined ? 'wider' : 'unknown');
  }
  const sub = (a: unknown, b: unknown) => relate(a ?? {}, b ?? {}, roots, walk);
  if (base.items !== undefined || head.items !== undefined) relations.push(sub(base.items, head.items));
  relations.push(additional(base.additionalProperties, head.additionalProperties, sub));
  const [before, after] = [properties(base), properties(head)];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    relations.push(relateProperty(name, base, head, roots, walk));
  }
  for (const name of new Set([...Object.keys(base), ...Object.keys(head)])) {
    if (!handled.has(name) && !isDeepStrictEqual(base[name], head[name])) relations.push('unknown');
  }
  return relations;
}

/** One property of two objects: whether it may be left out, and what it may hold. */
export function relateProperty(
  name: string,
  base: Schema,
  head: Schema,
  roots: { base: Schema; head: Schema },
  walk: Walk = begin(),
): Relation {
  const [before, after] = [properties(base)[name], properties(head)[name]];
  const [had, has] = [required(base).includes(name), required(head).includes(name)];
  if (before === undefined) return has ? 'narrower' : 'wider';
  if (after === undefined) return 'narrower';
  const need: Relation = had === has ? 'same' : has ? 'narrower' : 'wider';
  return combine([need, relate(before, after, roots, walk)]);
}

/** Without a prototype: a parameter may be called `constructor`. */
export function properties(schema: Schema): Schema {
  return Object.assign(Object.create(null), isObject(schema.properties) ? schema.properties : {});
}

export function required(schema: Schema): string[] {
  return Array.isArray(schema.required) ? schema.required.map(String) : [];
}

export function combine(relations: Relation[]): Relation {
  const seen = new Set(relations);
  if (seen.has('different') || (seen.has('wider') && seen.has('narrower'))) return 'different';
  if (seen.has('narrower')) return 'narrower';
  if (seen.has('unknown')) return 'unknown';
  return seen.has('wider') ? 'wider' : 'same';
}

/** Sets of alternatives: what each side accepts that nothing of the other side does. */
function relateSets<T>(base: T[], head: T[], relation: (base: T, head: T) => Relation): Relation {
  const table = base.map((before) => head.map((after) => relation(before, after)));
  const kept = table.every((row) => row.some((each) => each === 'same' || each === 'wider'));
  const added = head.some((_, at) => !table.some((row) => row[at] === 'same' || row[at] === 'narrower'));
  if (kept) return added ? 'wider' : 'same';
  if (table.flat().includes('unknown')) return 'unknown';
  return added ? 'different' : 'narrower';
}

function alternatives(schema: Schema): Schema[] {
  const { anyOf, oneOf, ...rest } = schema;
  const branches = anyOf ?? oneOf;
  if (!Array.isArray(branches) || (anyOf !== undefined && oneOf !== undefined)) return [schema];
  // With other keywords beside it, the alternatives are not the whole of it.
  if (Object.keys(rest).some((name) => !SILENT.has(name))) return [schema];
  return branches.filter(isObject);
}

const ANY = ['array', 'boolean', 'null', 'number', 'object', 'string'];

function types(base: Schema, head: Schema): Relation {
  const [before, after] = [typesOf(base), typesOf(head)];
  const holds = (all: string[], type: string) => all.includes(type) || (type === 'integer' && all.includes('number'));
  const lost = before.some((type) => !holds(after, type));
  const gained = after.some((type) => !holds(before, type));
  return lost ? (gained ? 'different' : 'narrower') : gained ? 'wider' : 'same';
}

function typesOf({ type }: Schema): string[] {
  return type === undefined ? ANY : Array.isArray(type) ? type.map(String) : [String(type)];
}

function values(base: Schema, head: Schema): Relation {
  const [before, after] = [valuesOf(base), valuesOf(head)];
  if (!before || !after) return before ? 'wider' : after ? 'narrower' : 'same';
  const lost = before.some((value) => !after.some((other) => isDeepStrictEqual(value, other)));
  const gained = after.some((value) => !before.some((other) => isDeepStrictEqual(value, other)));
  return lost ? (gained ? 'different' : 'narrower') : gained ? 'wider' : 'same';
}

function valuesOf(schema: Schema): unknown[] | undefined {
  if ('const' in schema) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

function bound(base: unknown, head: unknown, way: 'up' | 'down'): Relation {
  if (base === head) return 'same';
  if (base === undefined) return 'narrower';
  if (head === undefined) return 'wider';
  if (typeof base !== 'number' || typeof head !== 'number') return 'unknown';
  return head > base === (way === 'up') ? 'wider' : 'narrower';
}

function additional(base: unknown, head: unknown, sub: (a: unknown, b: unknown) => Relation): Relation {
  const [before, after] = [base ?? true, head ?? true];
  if (isDeepStrictEqual(before, after)) return 'same';
  if (before === false) return 'wider';
  if (after === false) return 'narrower';
  return sub(before === true ? {} : before, after === true ? {} : after);
}

/** A reference is followed within its document; elsewhere it says nothing that could be compared. */
function resolve(schema: unknown, root: Schema): Schema | undefined {
  let at = schema;
  for (let step = 0; step < 16; step += 1) {
    if (at === true) return {};
    if (!isObject(at)) return undefined;
    if (at.$ref === undefined) return at;
    const { $ref, ...beside } = at;
    if (Object.keys(beside).some((name) => !SILENT.has(name)) || typeof $ref !== 'string') return undefined;
    if (!$ref.startsWith('#/')) return undefined;
    at = $ref
      .slice(2)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((node, part) => (isObject(node) && Object.hasOwn(node, part) ? node[part] : undefined), root);
  }
  return undefined;
}

/** A schema without what it only says to readers, at every level. */
function spoken(value: unknown, named = false): unknown {
  if (Array.isArray(value)) return value.map((part) => spoken(part));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([name]) => named || !SILENT.has(name));
  return Object.fromEntries(
    entries.map(([name, part]) => {
      if (['enum', 'const'].includes(name) && !named) return [name, part];
      if (name === 'required' && !named && Array.isArray(part)) return [name, [...part].sort()];
      return [name, spoken(part, name === 'properties' && !named)];
    }),
  );
}

function refers(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(refers);
  return isObject(value) && ('$ref' in value || Object.values(value).some(refers));
}

export function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
