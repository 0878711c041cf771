import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import * as z from 'zod';
import { type Description, describeRoutes, type Operation, type Schema } from './openapi.ts';
import { type Route, route } from './route.ts';

const VERSION = '1.0.0';

/** What the routes say of themselves: for programs and for people. */
export function referenceRoutes(routes: readonly Route[]): Route[] {
  const own: Route[] = [];
  const described = once(() => describeRoutes([...routes, ...own], VERSION));
  const page = once(() => String(renderReference(described())));
  own.push(
    route({
      method: 'get',
      path: '/openapi.json',
      tag: 'Operations',
      summary: 'This API as OpenAPI 3.1',
      scope: null,
      answer: { status: 200, what: 'The description.', schema: z.looseObject({ openapi: z.string() }) },
      handle: () => described() as object as { openapi: string },
    }),
    route({
      method: 'get',
      path: '/docs',
      tag: 'Operations',
      summary: 'This API for people',
      scope: null,
      answer: { status: 200, what: 'A page.', types: ['text/html'] },
      handle({ c }) {
        c.header('Content-Security-Policy', POLICY);
        return c.html(page());
      },
    }),
  );
  return own;
}

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d0d7de, #3d444d); --soft: light-dark(#59636e, #9198a1);
  --pane: light-dark(#f6f8fa, #151b23); --link: light-dark(#0550ae, #6cb6ff); --page: light-dark(#fff, #0d1117); --text: light-dark(#1f2328, #f0f6fc) }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 1rem 1.25rem 4rem; font: 1rem/1.5 system-ui, sans-serif; background: var(--page); color: var(--text) }
a { color: var(--link) }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px }
.skip { position: absolute; left: -99rem } .skip:focus { left: 1rem; background: var(--page); padding: .5rem }
code, pre { font: .875em/1.45 ui-monospace, monospace }
pre { background: var(--pane); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; margin: .25rem 0 1rem }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0 } details > div { padding: 0 1rem .5rem }
summary { cursor: pointer; padding: .6rem 1rem; display: flex; gap: .75rem; flex-wrap: wrap; align-items: baseline }
summary > span:last-child { color: var(--soft); margin-left: auto }
summary::before { content: '▸'; color: var(--soft) } details[open] > summary::before { content: '▾' }
.method { font-weight: 600; text-transform: uppercase; min-width: 4rem }
table { border-collapse: collapse; width: 100%; margin: .25rem 0 1rem } caption { text-align: left; font-weight: 600 }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-top: 1px solid var(--line) }
th { white-space: nowrap } td { overflow-wrap: anywhere } h3 { font-size: 1rem; margin: .75rem 0 .25rem } h3 .soft { font-weight: 400 }
.soft { color: var(--soft) }
`;
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

type Html = ReturnType<typeof html>;

/** One page without scripts: every operation folds out by itself, with the keyboard too. */
function renderReference({ info, tags, paths, components }: Description): Html {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${info.title} API</title>${raw(`<style>${STYLE}</style>`)}</head>
<body>
<a class="skip" href="#main">Skip to the operations</a>
<header><h1>${info.title} API</h1><p>${text(info.description)}</p>
<p>For programs: <a href="/openapi.json">OpenAPI 3.1</a>.</p>
<nav aria-label="Sections">${tags.map(({ name }, n) => html`${n ? ' · ' : ''}<a href="#${anchor(name)}">${name}</a>`)} · <a href="#schemas">Schemas</a></nav></header>
<main id="main">
${tags.map(
  ({ name }) => html`<section aria-labelledby="${anchor(name)}"><h2 id="${anchor(name)}">${name}</h2>
${operations.filter(({ operation }) => operation.tags[0] === name).map(renderOperation)}</section>`,
)}
<section aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>
${Object.entries(components.schemas).map(
  ([name, schema]) =>
    html`<details id="schema-${name}"><summary><code>${name}</code><span>${schema.description ?? ''}</span></summary><div>${renderSchema(schema)}</div></details>`,
)}</section>
</main>
</body>
</html>
`;
}

function renderOperation({ path, method, operation }: { path: string; method: string; operation: Operation }): Html {
  const scope = operation.security[0]?.key?.[0];
  return html`<details id="${operation.operationId}">
<summary><span class="method">${method}</span><code>${path}</code><span>${operation.summary}</span></summary>
<div>
${operation.description ? html`<p>${text(operation.description)}</p>` : ''}
<p class="soft">${scope ? html`Needs a key with <code>${scope}</code>.` : 'Needs no key.'}</p>
${
  operation.parameters.length
    ? html`<table><caption>Parameters</caption><tbody>${operation.parameters.map(
        (one) =>
          html`<tr><th scope="row"><code>${one.name}</code></th><td>${one.in}${one.required ? ', required' : ''}</td><td>${typeOf(one.schema)}</td><td>${text(one.description ?? '')}</td></tr>`,
      )}</tbody></table>`
    : ''
}
${contents(operation.requestBody?.content).map(([type, schema]) => html`<h3>Body <span class="soft">${type}</span></h3>${renderSchema(schema)}`)}
<h3>Answers</h3>
<table><tbody>${Object.entries(operation.responses).map(
    ([status, { description, content }]) =>
      html`<tr><th scope="row">${status}</th><td>${text(description)} ${
        Number(status) < 400
          ? contents(content).map(
              ([type, schema]) =>
                html`<span class="soft">${type}</span> ${Object.keys(schema).length ? renderSchema(schema) : ''}`,
            )
          : ''
      }</td></tr>`,
  )}</tbody></table>
</div>
</details>
`;
}

const contents = (content: Record<string, { schema: Schema }> | undefined) =>
  Object.entries(content ?? {}).map(([type, { schema }]) => [type, schema] as const);

/** The fields of an object as a table; whatever else there is, in one line. */
function renderSchema(schema: Schema): Html {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  if (!properties.length) return html`<p>${typeOf(schema)} ${text(String(schema.description ?? ''))}</p>`;
  const required = (schema.required ?? []) as string[];
  return html`<table><tbody>${properties.map(
    ([name, one]) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${typeOf(one)}${required.includes(name) ? '' : html` <span class="soft">optional</span>`}</td><td>${text(String(one.description ?? ''))}</td></tr>`,
  )}</tbody></table>`;
}

function typeOf(schema: Schema): Html | string {
  const { $ref, type, items, anyOf, const: only, enum: words, default: usual } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.replace(/^.*\//, '');
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  if (Array.isArray(anyOf)) return html`${anyOf.map((one, n) => html`${n ? ' or ' : ''}${typeOf(one as Schema)}`)}`;
  if (items) return html`list of ${typeOf(items as Schema)}`;
  const values = words ?? (only === undefined ? undefined : [only]);
  const kind = Array.isArray(values)
    ? html`${values.map((value, n) => html`${n ? ', ' : ''}<code>${JSON.stringify(value)}</code>`)}`
    : [type ?? 'anything'].flat().join(' or ');
  return usual === undefined || usual === '' ? kind : html`${kind}, usually <code>${JSON.stringify(usual)}</code>`;
}

/** Our own sentences: `code` between backticks, nothing else. */
function text(sentence: string): Html {
  return html`${sentence.split('`').map((part, n) => (n % 2 ? html`<code>${part}</code>` : part))}`;
}

function anchor(name: string): string {
  return name.toLowerCase().replaceAll(/\W+/g, '-');
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
