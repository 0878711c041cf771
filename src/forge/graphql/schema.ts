import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { buildSchema, type DocumentNode, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';

let schema: GraphQLSchema | undefined;

/** GitHub's own schema, read on first use: it is large, and much of the time nobody asks. */
export function githubSchema(): GraphQLSchema {
  if (!schema) {
    const manifest = findPackageJSON('@octokit/graphql-schema', import.meta.url);
    if (manifest === undefined) throw new Error('@octokit/graphql-schema is not installed');
    const text = readFileSync(manifest.replace(/package\.json$/, 'schema.graphql'), 'utf8');
    schema = buildSchema(text, { assumeValid: true, assumeValidSDL: true, noLocation: true });
  }
  return schema;
}

const KEPT = 200;
const DIFFERENT_TYPES = /return conflicting types/;
const checked = new Map<string, DocumentNode>();

/** Parses a document and checks it against the schema; throws the mistakes. Clients send the same few again and again. */
export function documentOf(text: string): DocumentNode {
  const known = checked.get(text);
  if (known) return known;
  const document = parse(text);
  // GitHub's own server does not mind fields of one name and different types in alternatives; `gh` relies on it
  const mistakes = validate(githubSchema(), document).filter(({ message }) => !DIFFERENT_TYPES.test(message));
  if (mistakes.length > 0) throw new InvalidDocument(mistakes);
  if (checked.size >= KEPT) checked.delete(checked.keys().next().value ?? '');
  checked.set(text, document);
  return document;
}

export class InvalidDocument extends Error {
  readonly mistakes: readonly GraphQLError[];
  constructor(mistakes: readonly GraphQLError[]) {
    super('The document is not valid');
    this.mistakes = mistakes;
  }
}
