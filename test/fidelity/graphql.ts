/** Checks GraphQL documents, variables and results against GitHub's own schema (@octokit/graphql-schema). */
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import {
  buildSchema,
  type DocumentNode,
  type ExecutionArgs,
  execute,
  type FieldNode,
  GraphQLError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isScalarType,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql';
import type { Tree } from './description.ts';

export interface GraphQLResult {
  data?: Tree | null | undefined;
  errors?: unknown[] | undefined;
}

const SCALARS: { [name: string]: RegExp } = {
  DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  GitTimestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/,
  PreciseDateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  Date: /^\d{4}-\d\d-\d\d$/,
  GitObjectID: /^[0-9a-f]{40}$/,
  GitRefname: /^refs\//,
  URI: /^[a-z][a-z0-9+.-]*:|^$/,
  HTML: /^/,
};

function loadSchema(): GraphQLSchema {
  const packageFile = findPackageJSON('@octokit/graphql-schema', import.meta.url);
  if (packageFile === undefined) throw new Error('@octokit/graphql-schema is not installed');
  const text = readFileSync(packageFile.replace(/package\.json$/, 'schema.graphql'), 'utf8');
  const schema = buildSchema(text, { assumeValid: true, assumeValidSDL: true });
  for (const [name, form] of Object.entries(SCALARS)) {
    const type = schema.getType(name);
    if (!isScalarType(type)) throw new Error(`GitHub's GraphQL schema has no scalar ${name}`);
    type.serialize = (value) => {
      if (typeof value === 'string' && form.test(value)) return value;
      throw new GraphQLError(`${JSON.stringify(value)} is no ${name}`);
    };
  }
  return schema;
}

export function graphqlChecker() {
  let loaded: GraphQLSchema | undefined;

  /**
   * @param result what the server answered; `null` fields are accepted where its errors may be the reason.
   * @returns a sentence for each mistake in the document, the variables or the result.
   */
  return function checkGraphQL(
    text: string,
    given?: Tree | null,
    result?: GraphQLResult,
    operationName?: string | null,
  ): string[] {
    loaded ??= loadSchema();
    let document: DocumentNode;
    try {
      document = parse(text);
    } catch (error) {
      return [(error as Error).message];
    }
    const mistakes = validate(loaded, document)
      .map((error) => error.message)
      .filter((message) => !isLegacyConflict(message));
    if (mistakes.length > 0) return mistakes;
    const operation = getOperationAST(document, operationName);
    if (!operation) return ['the document has no operation, or several and no operationName'];
    const variables = getVariableValues(loaded, operation.variableDefinitions ?? [], given ?? {});
    if (variables.errors) return variables.errors.map((error) => error.message);
    const declared = new Set(operation.variableDefinitions?.map((definition) => definition.variable.name.value));
    const unknown = Object.keys(given ?? {}).filter((name) => !declared.has(name));
    return [
      ...unknown.map((name) => `variable $${name} is not declared`),
      ...(result ? resultMistakes({ schema: loaded, document, variableValues: given, operationName }, result) : []),
    ];
  };
}

/**
 * graphql-js refuses one name for fields of different types in fragments on different objects, such as `state` of an
 * issue and of a pull request. GitHub accepts that, and `gh issue view` has depended on it for years.
 */
function isLegacyConflict(message: string): boolean {
  return /return conflicting types/.test(message) && !/are different fields|differing arguments/.test(message);
}

/** Executes the document once more with the answer as the data: what comes out must be what went in. */
function resultMistakes(asked: ExecutionArgs, { data, errors }: GraphQLResult): string[] {
  const failed = errors !== undefined;
  if (data === undefined || data === null) return failed ? [] : ['data is missing, and there are no errors'];
  const again = execute({
    ...asked,
    rootValue: data,
    fieldResolver: (source: Tree, _arguments, _context, info) => source[answerName(info.fieldNodes[0])],
    typeResolver: (source: Tree, _context, info, type) => typeOf(asked.schema, source, info, type.name),
  });
  if (again instanceof Promise) throw new Error('The answer of a server holds no promises.');
  const wrong = (again.errors ?? [])
    .filter((error) => !(failed && /non-nullable/.test(error.message)))
    .map((error) => `data/${error.path?.join('/') ?? ''}: ${error.message}`);
  return wrong.length > 0 || failed ? wrong : differences(again.data, data, 'data');
}

function answerName(field: FieldNode | undefined): string {
  return field?.alias?.value ?? field?.name.value ?? '';
}

/** The concrete type of a part of the answer: named by it, or the first one that would give just its fields. */
function typeOf(
  schema: GraphQLSchema,
  source: Tree,
  info: GraphQLResolveInfo,
  abstractName: string,
): string | undefined {
  if (typeof source.__typename === 'string') return source.__typename;
  const abstract = schema.getType(abstractName);
  if (!isAbstractType(abstract)) return undefined;
  const given = Object.keys(source).sort().join();
  const candidates = schema.getPossibleTypes(abstract);
  return candidates.find((type) => {
    const names = new Set<string>();
    for (const field of info.fieldNodes) collect(schema, info, type.name, field.selectionSet, names);
    return [...names].sort().join() === given;
  })?.name;
}

function collect(
  schema: GraphQLSchema,
  info: GraphQLResolveInfo,
  typeName: string,
  selections: SelectionSetNode | undefined,
  names: Set<string>,
): void {
  for (const selection of selections?.selections ?? []) {
    if (selection.kind === 'Field') {
      names.add(answerName(selection));
      continue;
    }
    const fragment = selection.kind === 'FragmentSpread' ? info.fragments[selection.name.value] : selection;
    const condition = fragment?.typeCondition?.name.value ?? typeName;
    if (applies(schema, condition, typeName)) collect(schema, info, typeName, fragment?.selectionSet, names);
  }
}

function applies(schema: GraphQLSchema, condition: string, typeName: string): boolean {
  if (condition === typeName) return true;
  const abstract = schema.getType(condition);
  return isAbstractType(abstract) && schema.getPossibleTypes(abstract).some((type) => type.name === typeName);
}

function differences(expected: unknown, given: unknown, at: string): string[] {
  if (Array.isArray(expected) && Array.isArray(given) && expected.length === given.length)
    return expected.flatMap((item, index) => differences(item, given[index], `${at}/${index}`));
  if (isObject(expected) && isObject(given)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(given)]);
    return [...names].flatMap((name) => {
      if (!(name in given)) return [`${at}: the field ${name} is missing`];
      if (!(name in expected)) return [`${at}: nobody asked for the field ${name}`];
      return differences(expected[name], given[name], `${at}/${name}`);
    });
  }
  const same = JSON.stringify(expected) === JSON.stringify(given);
  return same ? [] : [`${at}: must be ${JSON.stringify(expected)}, not ${JSON.stringify(given)}`];
}

function isObject(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
