/**
 * The only script of the pages, and none of them needs it: parts marked `data-live` follow what changes on the server while
 * the page is looked at. A part in which somebody types, selects or opens something is left alone.
 */
export const live = `'use strict';
const pace = { quick: 5000, slow: 15000, patience: 12 };
const parts = (root) => new Map([...root.querySelectorAll('[data-live]')].map((part) => [part.dataset.live, part]));
const plain = (node) => node.outerHTML.replace(/<time[^]*?<\\/time>/g, '').replace(/nonce="[^"]*"/g, '');
const known = new Map([...parts(document)].map(([name, part]) => [name, [...part.children].map(plain)]));
const colours = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, colours];
const status = document.body.appendChild(document.createElement('p'));
status.className = 'hidden';
status.setAttribute('role', 'status');

const busy = (node) =>
  node.contains(document.activeElement) || (!getSelection().isCollapsed && getSelection().containsNode(node, true));

function follow(name, part, fresh) {
  const before = known.get(name) ?? [];
  const after = [...fresh.children];
  let changed = false;
  after.forEach((node, i) => {
    const old = part.children[i];
    if (before[i] === plain(node) || (old && busy(old))) return;
    const copy = document.importNode(node, true);
    if (old) old.replaceWith(copy);
    else part.append(copy);
    before[i] = plain(node);
    changed = true;
  });
  for (const extra of [...part.children].slice(after.length)) if (!busy(extra)) { extra.remove(); changed = true; }
  known.set(name, before.slice(0, after.length));
  return changed;
}

let quiet = 0;
async function look() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  colours.replaceSync(fresh.querySelector('head style')?.textContent ?? '');
  const news = parts(fresh);
  let changed = false;
  for (const [name, part] of parts(document)) if (news.has(name) && follow(name, part, news.get(name))) changed = true;
  quiet = changed ? 0 : quiet + 1;
  if (changed) status.textContent = 'The page was updated.';
}
const again = () => setTimeout(() => look().catch(() => { quiet = pace.patience; }).then(again), quiet < pace.patience ? pace.quick : pace.slow);
document.addEventListener('visibilitychange', () => { quiet = 0; });
again();
`;
