import { html, raw } from 'hono/html';
import type { Html } from './layout.ts';
import type { Visit } from './visit.ts';

export const personCookie = 'forge_person';

/** A coloured initial; apps have square ones. No picture is fetched from anywhere. */
export function avatar(user: { login: string; type?: string }): Html {
  const hue = [...user.login].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997, 7) % 8;
  const kind = user.type === 'Bot' ? ' square' : '';
  return html`<span class="avatar hue-${hue}${kind}" aria-hidden="true">${user.login.slice(0, 1).toUpperCase()}</span>`;
}

/** Lets one be somebody else: that is how permissions are tried by hand. */
export function personSwitch(visit: Visit): Html {
  return html`<details class="menu person">
<summary>${avatar({ login: visit.login })}<span class="quiet">You are </span>${visit.login}</summary>
<form class="sheet" method="post" action="/-/person">
<input type="hidden" name="back" value="${visit.path}">
<p class="quiet">Choose who you are</p>
${visit.people.map(
  (login) =>
    html`<button name="login" value="${login}" ${login === visit.login ? raw('aria-current="true"') : ''}>${avatar({ login })}${login}</button>`,
)}
</form>
</details>`;
}

/** Where to go after switching: only a path of this site, whatever the form says. */
export function wayBack(path: string): string {
  const plain = /^\/(?![/\\])[^\\\s]*$/.test(path);
  return plain ? path : '/';
}
