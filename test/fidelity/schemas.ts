/** Checks values against the schemas of GitHub's description, and says in sentences what is wrong. */
import { Ajv2019, type ErrorObject, type ValidateFunction } from 'ajv/dist/2019.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { Tree } from './description.ts';

type Schemas = { [name: string]: Tree };

/** Requests may write timestamps as `Date.toISOString()` does; GitHub answers in whole seconds. */
const WHOLE_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/;
const MOST_SENTENCES = 12;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What GitHub sends with every user and App, though only some of its schemas say so: [fields that tell the object, field]. */
const EVERYWHERE = [
  [['login', 'gravatar_id'], 'user_view_type'],
  [['slug', 'external_url'], 'client_id'],
] as const;

const COMBINED = ['anyOf', 'oneOf', 'allOf'] as const;

function branchesOf(schema: Tree): Tree[] {
  return COMBINED.flatMap((keyword) => (schema[keyword] as Tree[] | undefined) ?? []);
}

/** A schema that describes an object without naming any field: everything is allowed in it. */
function isFreeForm(schema: Tree, schemas: Schemas): boolean {
  if (typeof schema.$ref === 'string') return isFreeForm(schemas[nameIn(schema.$ref)] ?? {}, schemas);
  const branches = branchesOf(schema);
  if (branches.length > 0) return branches.some((branch) => isFreeForm(branch, schemas));
  if (schema.properties || schema.required || schema.enum) return false;
  return schema.type === undefined || schema.type === 'object';
}

function nameIn(ref: string): string {
  return ref.split('/').at(-1) ?? '';
}

/**
 * OpenAPI 3.0 to JSON Schema: `nullable` becomes an alternative, and `oneOf` becomes `anyOf` because GitHub's branches
 * overlap. GitHub's schemas allow unknown fields nearly everywhere, so that an invented field would pass: here an object
 * that names its fields has no others. `branch` is true inside a combination, where the whole is closed, not its parts.
 */
function toJsonSchema(schema: Tree, schemas: Schemas, branch = false): Tree {
  if (typeof schema.$ref === 'string') return { $ref: address(nameIn(schema.$ref), branch) };
  const out: Tree = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'nullable') continue;
    if (key === 'properties')
      out[key] = withEverywhere(mapValues(value as Schemas, (part) => toJsonSchema(part, schemas)));
    else if (key === 'items' || key === 'additionalProperties')
      out[key] = isTree(value) ? toJsonSchema(value, schemas) : value;
    else if (key === 'not') out[key] = toJsonSchema(value as Tree, schemas, true);
    else if (key === 'oneOf' || key === 'anyOf' || key === 'allOf')
      out[key === 'oneOf' ? 'anyOf' : key] = (value as Tree[]).map((part) => toJsonSchema(part, schemas, true));
    else out[key] = value;
  }
  const namesFields = schema.properties !== undefined || branchesOf(schema).length > 0;
  if (namesFields && !branch && out.additionalProperties === undefined && !isFreeForm(schema, schemas))
    out.unevaluatedProperties = false;
  return schema.nullable ? orNull(out) : out;
}

function mapValues(schemas: Schemas, change: (schema: Tree) => Tree): Schemas {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, change(schema)]));
}

function withEverywhere(properties: Schemas): Schemas {
  const missing = EVERYWHERE.filter(([telling]) => telling.every((name) => name in properties));
  return { ...Object.fromEntries(missing.map(([, name]) => [name, { type: 'string' }])), ...properties };
}

function orNull(schema: Tree): Tree {
  if (typeof schema.type !== 'string' || branchesOf(schema).length > 0) return { anyOf: [schema, { type: 'null' }] };
  const values = schema.enum as unknown[] | undefined;
  return { ...schema, type: [schema.type, 'null'], ...(values && { enum: [...new Set([...values, null])] }) };
}

function address(name: string, branch: boolean): string {
  return `github:/${branch ? 'branch' : 'whole'}/${name}`;
}

/** `answers`: the values come from a GitHub, which is stricter about timestamps than it is with its clients. */
export function schemaChecker(schemas: Schemas, side: 'requests' | 'answers') {
  // Each schema checks a few values only, so compiling has to be quick and the compiled code need not be.
  const code = { optimize: false };
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateSchema: false, logger: false, code });
  for (const [name, format] of Object.entries(fullFormats)) ajv.addFormat(name, format);
  // GitHub itself answers "" and templates in fields that its description calls URIs.
  for (const name of ['uri', 'uri-template', 'repo.nwo', 'ssh-key', 'timestamp']) ajv.addFormat(name, true);
  // The address of a bot, `1+name[bot]@…`, is not one by the RFC.
  ajv.addFormat('email', /^[^@\s]+@[^@\s]+$/);
  if (side === 'answers') ajv.addFormat('date-time', WHOLE_SECONDS);
  const known = new Set<string>();
  const validators = new Map<Tree, ValidateFunction>();

  /** Ajv wants to know every schema that is referred to; most are never needed, so they are added on demand. */
  function addReferred(schema: unknown): void {
    if (Array.isArray(schema)) for (const item of schema) addReferred(item);
    if (!isTree(schema)) return;
    const ref = schema.$ref;
    if (typeof ref === 'string' && ref.startsWith('github:/') && !known.has(ref)) {
      known.add(ref);
      const part = toJsonSchema(schemas[nameIn(ref)] ?? {}, schemas, ref.startsWith('github:/branch/'));
      ajv.addSchema(part, ref);
      addReferred(part);
    }
    for (const value of Object.values(schema)) addReferred(value);
  }

  function validatorOf(schema: Tree): ValidateFunction {
    let validator = validators.get(schema);
    if (!validator) {
      const jsonSchema = toJsonSchema(schema, schemas);
      addReferred(jsonSchema);
      validator = ajv.compile(jsonSchema);
      validators.set(schema, validator);
    }
    return validator;
  }

  return function check(schema: Tree, value: unknown): string[] {
    const validator = validatorOf(schema);
    const sentences = validator(value) ? [] : sentencesOf(validator.errors ?? [], value);
    if (side === 'answers') sentences.push(...fractionsOfSeconds(value));
    return [...new Set(sentences)].slice(0, MOST_SENTENCES);
  };
}

function sentencesOf(errors: ErrorObject[], value: unknown): string[] {
  const combinedAt = new Set(errors.filter((error) => error.keyword === 'anyOf').map((error) => error.instancePath));
  const telling = errors.filter((error) => {
    if (!combinedAt.has(error.instancePath)) return true;
    // Where no alternative fits, every field looks unknown and "must be null" is one alternative of a nullable value.
    return error.keyword !== 'unevaluatedProperties' && error.keyword !== 'anyOf' && error.params.type !== 'null';
  });
  return (telling.length > 0 ? telling : errors).map((error) => sentenceOf(error, value));
}

function sentenceOf(error: ErrorObject, value: unknown): string {
  const at = error.instancePath || '/';
  const unknown = error.params.unevaluatedProperty ?? error.params.additionalProperty;
  if (unknown !== undefined) return `${at}: unknown field ${unknown}`;
  if (error.keyword === 'required') return `${at}: ${error.message}`;
  const allowed = error.params.allowedValues as unknown[] | undefined;
  const values = allowed ? ` (${allowed.map(String).join(', ')})` : '';
  return `${at}: ${error.message}${values}, not ${JSON.stringify(valueAt(value, error.instancePath))?.slice(0, 60)}`;
}

/** The part of a value that a JSON pointer names. */
function valueAt(value: unknown, pointer: string): unknown {
  const names = pointer.split('/').slice(1);
  return names.reduce<unknown>((part, name) => {
    return (part as Tree | undefined)?.[name.replaceAll('~1', '/').replaceAll('~0', '~')];
  }, value);
}

/** Many of GitHub's timestamps are described as plain strings; they are whole seconds all the same. */
function fractionsOfSeconds(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => fractionsOfSeconds(item, `${at}/${index}`));
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    typeof part === 'string' && name.endsWith('_at') && /\.\d+(Z|[+-]\d\d:\d\d)$/.test(part)
      ? [`${at}/${name}: must match format "date-time", not ${JSON.stringify(part)}`]
      : fractionsOfSeconds(part, `${at}/${name}`),
  );
}
