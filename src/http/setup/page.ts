import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Scope } from '../keys.ts';
import type { Administered } from './oauth.ts';
import type { Visitor } from './session.ts';
import { environmentLines, snippets } from './snippets.ts';

type Html = ReturnType<typeof html>;

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d0d7de, #3d444d); --soft: light-dark(#59636e, #9198a1); --pane: light-dark(#f6f8fa, #151b23);
  --link: light-dark(#0550ae, #6cb6ff); --page: light-dark(#fff, #0d1117); --text: light-dark(#1f2328, #f0f6fc);
  --act: light-dark(#1a7f37, #238636); --warn: light-dark(#9a6700, #d29922) }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 46rem; padding: 1rem 1.25rem 4rem; font: 1rem/1.5 system-ui, sans-serif; background: var(--page); color: var(--text) }
a { color: var(--link) }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px }
header { display: flex; gap: 1rem; align-items: baseline; justify-content: space-between; flex-wrap: wrap; border-bottom: 1px solid var(--line); margin-bottom: 1rem }
h1 { font-size: 1.4rem; margin: .5rem 0 } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem } h3 { font-size: 1rem; margin: 1.25rem 0 .25rem }
form.line { display: inline } label { display: block; margin: .75rem 0 .25rem; font-weight: 600 }
fieldset { border: 0; padding: 0; margin: 1rem 0 } legend { font-weight: 600; padding: 0 }
fieldset label { font-weight: 400; margin: .35rem 0 } fieldset input { margin-right: .5rem }
input:not([type=checkbox]), select { font: inherit; width: 100%; padding: .45rem .6rem; border: 1px solid var(--line); border-radius: 6px; background: var(--pane); color: inherit }
button { font: inherit; padding: .4rem .9rem; border: 1px solid var(--line); border-radius: 6px; background: var(--pane); color: inherit; cursor: pointer }
button.act { background: var(--act); border-color: transparent; color: #fff; font-weight: 600; margin-top: 1rem }
pre { font: .875rem/1.5 ui-monospace, monospace; background: var(--pane); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
.copy { position: relative; margin: .25rem 0 1rem } .copy button { position: absolute; right: .5rem; top: .5rem; font-size: .8rem; padding: .15rem .6rem }
.copy pre { padding-right: 5.5rem } .soft { color: var(--soft) }
.note { border-left: 4px solid var(--warn); padding: .1rem 0 .1rem 1rem; margin: 1rem 0 }
`;
const SCRIPT = `
for (const button of document.querySelectorAll('.copy button')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const said = document.getElementById('said');
    try {
      await navigator.clipboard.writeText(button.nextElementSibling.textContent);
      button.textContent = 'Copied';
      said.textContent = button.getAttribute('aria-label').replace('Copy', 'Copied');
    } catch {
      getSelection().selectAllChildren(button.nextElementSibling);
      said.textContent = 'Selected: copy with Ctrl-C.';
    }
    setTimeout(() => { button.textContent = 'Copy' }, 2000);
  });
}
`;
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** What a page may do: nothing but its own style and script; its forms lead to us, and on to GitHub's sign-in. */
export function policy(web: string | undefined): string {
  return [
    "default-src 'none'",
    `style-src ${hashOf(STYLE)}`,
    `script-src ${hashOf(SCRIPT)}`,
    `form-action 'self'${web ? ` ${new URL(web).origin}` : ''}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function layout(title: string, visitor: Visitor | undefined, main: Html): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · PatchworkMCP</title>${raw(`<style>${STYLE}</style>`)}</head>
<body><header><h1>${title}</h1>${
    visitor
      ? html`<form class="line" method="post" action="/setup/signout"><input type="hidden" name="guard" value="${visitor.guard}"><span class="soft">${visitor.login}</span> <button>Sign out</button></form>`
      : ''
  }</header>
<main>${main}</main><p id="said" role="status" class="soft"></p>${raw(`<script>${SCRIPT}</script>`)}</body></html>`;
}

export const welcomePage = (web: string): Html =>
  layout(
    'Set up a server',
    undefined,
    html`<p>Get a key for your MCP server’s repository, and the lines that give the server its feedback tool.</p>
<p>Sign in at ${new URL(web).host} to show which repositories you administer. Nothing else is asked for, and nothing is kept here.</p>
<form method="post" action="/setup/login"><button class="act" autofocus>Continue with GitHub</button></form>`,
  );

export const unavailablePage = (): Html =>
  layout(
    'Set up a server',
    undefined,
    html`<p>Signing in is not set up on this server. Whoever runs it makes keys with</p>
<pre>patchworkmcp keys create --repo owner/name</pre>
<p>or sets <code>PATCHWORK_URL</code> (the address people reach this server at), <code>GITHUB_CLIENT_ID</code> and
<code>GITHUB_CLIENT_SECRET</code> of its GitHub App, with <code>&lt;address&gt;/setup/callback</code> among the App’s callback addresses.</p>`,
  );

export const problemPage = (what: string, next: string, visitor?: Visitor): Html =>
  layout(
    'That did not work',
    visitor,
    html`<p role="alert">${what} ${next}</p><p><a href="/setup">Begin again</a></p>`,
  );

const SCOPES_SAID: [Scope, string][] = [
  ['report:write', 'send reports: what a server’s feedback tool needs'],
  ['report:read', 'read reports: for coding agents and scripts'],
  ['gap:write', 'write notes, mark as reviewed, ask for drafts'],
];

export function formPage(visitor: Visitor, repositories: Administered[], installUrl: string): Html {
  if (!repositories.length) {
    return layout(
      'Set up a server',
      visitor,
      html`<p>You administer no repository on which the App is installed. <a href="${installUrl}">Install it on one</a>, then come back.</p>
<p><a href="/setup">Look again</a></p>`,
    );
  }
  return layout(
    'Set up a server',
    visitor,
    html`<h2>A new key</h2>
<form method="post" action="/setup/keys">
<input type="hidden" name="guard" value="${visitor.guard}">
<label for="repo">Repository</label>
<select id="repo" name="repo" required>${repositories.map(({ name }) => html`<option>${name}</option>`)}</select>
<p class="soft">Only those that you administer and on which the App is installed. Another one? <a href="${installUrl}">Install it there.</a></p>
<label for="server">Name of the MCP server</label>
<input id="server" name="server" required maxlength="64" pattern="[A-Za-z0-9][A-Za-z0-9._\\-]{0,63}" title="Letters, digits, dots, dashes" autocomplete="off" spellcheck="false">
<fieldset><legend>What the key may do</legend>${SCOPES_SAID.map(
      ([scope, said], i) =>
        html`<label><input type="checkbox" name="scope" value="${scope}"${i === 0 ? raw(' checked') : ''}>${said} <code class="soft">${scope}</code></label>`,
    )}</fieldset>
<label for="expires">It is good</label>
<select id="expires" name="expires"><option value="">until it is revoked</option><option value="90 days">for 90 days</option><option value="1 year">for a year</option></select>
<button class="act">Make a key</button>
</form>
<h2>Revoke a key</h2>
<p>To change keys without a gap, make the new one first, let your server use it, then revoke the old one.</p>
<form method="post" action="/setup/revoke">
<input type="hidden" name="guard" value="${visitor.guard}">
<label for="key">The key</label>
<input id="key" name="key" required maxlength="4096" placeholder="pw_…" autocomplete="off" spellcheck="false">
<button class="act">Show how</button>
</form>`,
  );
}

function copied(what: string, text: string): Html {
  return html`<div class="copy"><button type="button" hidden aria-label="Copy ${what}">Copy</button><pre tabindex="0">${text}</pre></div>`;
}

export function keyPage(
  visitor: Visitor,
  made: { url: string; key: string; kid: string; repo: string; server: string },
): Html {
  return layout(
    'Your key',
    visitor,
    html`<p class="note"><strong>It is shown only now.</strong> Nobody can look it up later, not even this server; you can make another one.</p>
<h2>1. Set the environment of ${made.server}</h2>
${copied('the environment', environmentLines(made.url, made.key, made.server))}
<h2>2. Give it the feedback tool</h2>
<p>Copy the drop-in for its language into the server, and add these lines.</p>
${snippets(made.server).map(({ title, text }) => html`<h3>${title}</h3>${copied(`the lines for ${title}`, text)}`)}
<h2>3. See that all is well</h2>
${copied('the check', 'npx patchworkmcp check-dropin -- <the command of your server>')}
<p class="soft">The key ${made.kid} is for <code>${made.repo}</code> alone. <a href="/setup">Make another one, or revoke one</a></p>`,
  );
}

export function revokePage(visitor: Visitor, { kid, repository }: { kid: string; repository: Administered }): Html {
  const edit = `${repository.url}/edit/${repository.branch}/.github/patchwork.yml`;
  return layout(
    'Revoke a key',
    visitor,
    html`<p>Add this to <code>.github/patchwork.yml</code> of <code>${repository.name}</code>. About a minute after it is on the default
branch, the key is worth nothing.</p>
${copied('the lines', `revoked_keys:\n  - ${kid}`)}
<p><a href="${edit}">Edit the file on GitHub</a> · <a href="/setup">Back</a></p>`,
  );
}
