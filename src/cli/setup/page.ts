import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';

type Html = ReturnType<typeof html>;

const STYLE = `
:root { color-scheme: light dark }
body { margin: 3rem auto; max-width: 38rem; padding: 0 1.25rem; font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#fff, #0d1117); color: light-dark(#1f2328, #f0f6fc) }
button { font: inherit; font-weight: 600; padding: .5rem 1.1rem; border: 0; border-radius: 6px; background: light-dark(#1a7f37, #238636); color: #fff; cursor: pointer }
:focus-visible { outline: 3px solid light-dark(#0550ae, #6cb6ff); outline-offset: 2px }
a { color: light-dark(#0550ae, #6cb6ff) } li { margin: .2rem 0 }
`;

/** The page may lead to GitHub, and do nothing else. */
export function policy(web: string): string {
  const style = createHash('sha256').update(STYLE).digest('base64');
  return `default-src 'none'; style-src 'sha256-${style}'; form-action ${new URL(web).origin}; base-uri 'none'; frame-ancestors 'none'`;
}

const layout = (title: string, main: Html): Html => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>${raw(`<style>${STYLE}</style>`)}</head><body><main><h1>${title}</h1>${main}</main></body></html>`;

/** One form that takes the manifest to GitHub, where a person says yes or no. */
export const createPage = (action: string, manifest: { default_permissions: Record<string, string> }): Html =>
  layout(
    'Create your GitHub App',
    html`<p>GitHub shows you the App and asks whether to create it in your account. It is yours alone, and asks for:</p>
<ul>${Object.entries(manifest.default_permissions).map(([name, level]) => html`<li>${name.replaceAll('_', ' ')}: ${level}</li>`)}</ul>
<form method="post" action="${action}"><input type="hidden" name="manifest" value="${JSON.stringify(manifest)}">
<button autofocus>Continue on GitHub</button></form>`,
  );

export const problemPage = (what: string): Html =>
  layout('That did not work', html`<p role="alert">${what}</p><p><a href="/">Begin again</a></p>`);
