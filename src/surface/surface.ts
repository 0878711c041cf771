import { type Live, REQUEST_LIMIT } from './start.ts';

type Json = Record<string, unknown>;

/** A tool as it is listed; what changes with every run (`_meta`) or is only decoration (icons) is left out. */
export interface SurfaceTool {
  name: string;
  title?: string;
  description?: string;
  inputSchema: Json;
  outputSchema?: Json;
  annotations?: Json;
}

export interface SurfacePrompt {
  name: string;
  title?: string;
  description?: string;
  arguments?: { name: string; description?: string; required?: boolean }[];
}

/** A resource, or a template of resources: then `uri` is its pattern. */
export interface SurfaceResource {
  uri: string;
  name?: string;
  title?: string;
  description?: string;
  mimeType?: string;
}

/** What a server says it can do, in an order that depends on nothing but names. */
export interface Surface {
  instructions?: string;
  tools: SurfaceTool[];
  prompts: SurfacePrompt[];
  resources: SurfaceResource[];
  templates: SurfaceResource[];
}

/** For all lists and their pages together, in milliseconds: a server that drips is not waited for page by page. */
const LISTING_LIMIT = 45_000;

/** Asks a running server for all of it, page by page. Throws when its tools cannot be listed. */
export async function readSurface({ client }: Live, limit = LISTING_LIMIT): Promise<Surface> {
  const options = { timeout: REQUEST_LIMIT, cacheMode: 'refresh', signal: AbortSignal.timeout(limit) } as const;
  const { tools } = await client.listTools(undefined, options);
  // Some servers announce prompts and resources and then do not know the method.
  const known = client.getServerCapabilities() ?? {};
  const { prompts } = known.prompts ? await client.listPrompts(undefined, options).catch(() => NO_PROMPTS) : NO_PROMPTS;
  const { resources } = known.resources
    ? await client.listResources(undefined, options).catch(() => NO_RESOURCES)
    : NO_RESOURCES;
  const { resourceTemplates } = known.resources
    ? await client.listResourceTemplates(undefined, options).catch(() => NO_TEMPLATES)
    : NO_TEMPLATES;
  const instructions = client.getInstructions();
  return normalise({
    ...(instructions === undefined ? {} : { instructions }),
    tools: tools as unknown as Json[],
    prompts: prompts as unknown as Json[],
    resources: resources as unknown as Json[],
    templates: resourceTemplates.map(({ uriTemplate, ...rest }) => ({ ...rest, uri: uriTemplate })) as Json[],
  });
}

const NO_PROMPTS = { prompts: [] };
const NO_RESOURCES = { resources: [] };
const NO_TEMPLATES = { resourceTemplates: [] };

/** Keeps what a surface is made of, keys and lists in one order, each name once. */
export function normalise(raw: {
  instructions?: string;
  tools: Json[];
  prompts: Json[];
  resources: Json[];
  templates: Json[];
}): Surface {
  return {
    ...(raw.instructions === undefined ? {} : { instructions: raw.instructions }),
    tools: list<SurfaceTool>(raw.tools, 'name', TOOL),
    prompts: list<SurfacePrompt>(raw.prompts, 'name', PROMPT),
    resources: list<SurfaceResource>(raw.resources, 'uri', RESOURCE),
    templates: list<SurfaceResource>(raw.templates, 'uri', RESOURCE),
  };
}

const TOOL = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'];
const PROMPT = ['name', 'title', 'description', 'arguments'];
const RESOURCE = ['uri', 'name', 'title', 'description', 'mimeType'];

function list<T>(raw: Json[], key: string, kept: string[]): T[] {
  const byKey = new Map<string, T>();
  for (const each of raw) {
    const entries = kept.filter((name) => each[name] !== undefined).map((name) => [name, ordered(each[name])]);
    if (!byKey.has(String(each[key]))) byKey.set(String(each[key]), Object.fromEntries(entries));
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

/** The same JSON with its keys in order. */
export function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '_meta')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, ordered(part)]),
  );
}
