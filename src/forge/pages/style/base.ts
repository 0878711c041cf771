/** Colours of both themes, type, the page's frame, buttons and fields. */
export const base = `
:root {
  color-scheme: light dark;
  --page: #faf8f4; --surface: #ffffff; --sunken: #f3f0ea; --line: #dcd7cc; --line-strong: #8a8478;
  --text: #26231e; --quiet: #615b50; --link: #1f5a96; --accent: #0b6b5e; --accent-hover: #08564c; --on-accent: #ffffff;
  --good: #1c7440; --done: #7446b4; --bad: #b3322a; --idle: #655f54; --wait: #8a5a00;
  --good-soft: #e3f3e6; --done-soft: #f0e8fa; --bad-soft: #fbe9e7; --idle-soft: #edeae3; --wait-soft: #fbf0d9;
  --add: #e6f5e6; --add-num: #d3ecd4; --del: #fdebe9; --del-num: #f9dad6; --target: #fff6d6;
  --focus: #1f5a96; --shadow: 0 8px 24px rgb(40 34 20 / .16);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --radius: 8px;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171a; --surface: #1b1e22; --sunken: #22262b; --line: #353b43; --line-strong: #7d858f;
    --text: #e4e2dc; --quiet: #a6a298; --link: #8dbcf0; --accent: #5cc4b0; --accent-hover: #79d3c2; --on-accent: #0c1f1b;
    --good: #68c987; --done: #c3a1f2; --bad: #ff8f84; --idle: #aaa59a; --wait: #e6b450;
    --good-soft: #173324; --done-soft: #2b2140; --bad-soft: #3d1f1d; --idle-soft: #2b2f35; --wait-soft: #362b12;
    --add: #14301f; --add-num: #1b402a; --del: #3a1c1b; --del-num: #4c2523; --target: #3a3418;
    --focus: #8dbcf0; --shadow: 0 8px 24px rgb(0 0 0 / .5);
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; min-height: 100vh; display: flex; flex-direction: column; }
main { flex: 1; outline: none; padding-block: 1.25rem 3rem; }
h1, h2, h3 { line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; font-weight: 650; letter-spacing: -.01em; }
h2 { font-size: 1rem; font-weight: 650; }
p { margin: 0; }
ul { margin: 0; padding: 0; list-style: none; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; text-underline-offset: .15em; }
code, pre, .sha, .ref, textarea { font-family: var(--mono); font-size: .875em; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
.wide { width: 100%; max-width: 76rem; margin-inline: auto; padding-inline: clamp(.75rem, 3vw, 2rem); }
.quiet { color: var(--quiet); font-size: .875rem; }
.hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: .75rem; top: .5rem; z-index: 10; background: var(--surface); padding: .5rem .75rem; }
.icon { width: 1em; height: 1em; flex: none; vertical-align: -.125em; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }

.top { background: var(--surface); border-bottom: 1px dashed var(--line-strong); }
.top .wide { display: flex; align-items: center; gap: .75rem; min-height: 3.25rem; }
.crumbs { display: flex; align-items: center; flex-wrap: wrap; gap: .4rem; flex: 1; min-width: 0; }
.crumbs > a { color: var(--text); overflow-wrap: anywhere; }
.crumbs > span { color: var(--quiet); }
.home { display: inline-flex; align-items: center; gap: .5rem; font-weight: 600; }
.foot { padding-block: 1rem 1.5rem; color: var(--quiet); font-size: .8125rem; }
.foot p { border-top: 1px dashed var(--line); padding-top: 1rem; overflow-wrap: anywhere; }

.avatar { display: inline-grid; place-items: center; width: 1.3rem; height: 1.3rem; margin-right: .4rem; border-radius: 50%; font-size: .75rem; font-weight: 650; line-height: 1; color: #fff; background: #44618c; vertical-align: .1em; }
.avatar.square { border-radius: 4px; }
.hue-1 { background: #2c6e63; } .hue-2 { background: #8a4b2a; } .hue-3 { background: #6d4a9c; } .hue-4 { background: #8f3a56; }
.hue-5 { background: #55672a; } .hue-6 { background: #7a5a14; } .hue-7 { background: #3f5f77; }
.who { color: var(--text); font-weight: 600; white-space: nowrap; }

.tabs { margin-bottom: 1.25rem; border-bottom: 1px solid var(--line); overflow-x: auto; }
.tabs ul { display: flex; gap: .25rem; }
.tabs a { display: flex; align-items: center; gap: .45rem; padding: .5rem .75rem .6rem; color: var(--quiet); white-space: nowrap; border-bottom: 2px solid transparent; }
.tabs a:hover { color: var(--text); text-decoration: none; background: var(--sunken); border-radius: 6px 6px 0 0; }
.tabs a:focus-visible { outline-offset: -3px; }
.tabs a[aria-current] { color: var(--text); font-weight: 600; border-bottom-color: var(--accent); }
.count { font-size: .75rem; font-weight: 500; padding: 0 .45rem; border-radius: 1rem; background: var(--idle-soft); color: var(--text); }

button, .button, summary.button { font: inherit; font-size: .9375rem; line-height: 1.25; display: inline-flex; align-items: center; gap: .4rem; padding: .45rem .85rem; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--surface); color: var(--text); cursor: pointer; text-align: center; }
button:hover, .button:hover { background: var(--sunken); text-decoration: none; }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
.primary:hover { background: var(--accent-hover); border-color: var(--accent-hover); }
.danger { color: var(--bad); border-color: var(--bad); }
input:not([type=checkbox], [type=radio], [type=hidden]), textarea, select { font: inherit; width: 100%; color: var(--text); background: var(--surface); border: 1px solid var(--line-strong); border-radius: 6px; padding: .45rem .65rem; }
textarea { font-family: var(--mono); font-size: .875rem; resize: vertical; min-height: 6rem; display: block; }
input::placeholder { color: var(--quiet); opacity: 1; }
select { width: auto; padding-block: .4rem; font-size: .9375rem; }
input[type=checkbox], input[type=radio] { accent-color: var(--accent); width: 1.05rem; height: 1.05rem; margin: 0; flex: none; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem; }
.inline { display: inline-flex; align-items: center; gap: .4rem; font-size: .9375rem; }
.choice { display: flex; align-items: center; gap: .6rem; padding: .3rem .25rem; border-radius: 4px; cursor: pointer; }
.choice:hover { background: var(--sunken); }

.menu { position: relative; }
.menu > summary { list-style: none; cursor: pointer; display: inline-flex; align-items: center; gap: .4rem; padding: .35rem .6rem; border-radius: 6px; font-size: .9375rem; white-space: nowrap; max-width: 100%; }
.menu > summary::-webkit-details-marker { display: none; }
.menu > summary::after { content: ""; width: .45em; height: .45em; border: solid currentColor; border-width: 0 1.5px 1.5px 0; transform: translateY(-.12em) rotate(45deg); margin-left: .2em; flex: none; }
.menu > summary:hover, .menu[open] > summary { background: var(--sunken); }
.sheet { position: absolute; z-index: 5; right: 0; top: calc(100% + .3rem); width: max-content; min-width: 14rem; max-width: min(24rem, 92vw); max-height: 26rem; overflow: auto; padding: .4rem; background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); }
.sheet > p { padding: .25rem .5rem; }
.sheet a, .sheet > button { display: flex; align-items: center; width: 100%; padding: .4rem .5rem; border: 0; border-radius: 5px; color: var(--text); text-align: left; background: none; }
.sheet a:hover, .sheet > button:hover { background: var(--sunken); text-decoration: none; }
.sheet [aria-current] { font-weight: 650; }
.mark { flex: none; width: 1.4rem; color: var(--accent); }
.cut { overflow: hidden; text-overflow: ellipsis; }

.box { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); margin-block: 1rem; }
.box-head { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .9rem; padding: .55rem 1rem; background: var(--sunken); border-bottom: 1px solid var(--line); border-radius: var(--radius) var(--radius) 0 0; font-size: .9375rem; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem; margin-bottom: 1rem; }
.bar > h1 { flex: 1; min-width: 0; }
.empty { padding: 2.5rem 1rem; text-align: center; color: var(--quiet); }
.empty h1, .empty p + p { margin-block: .25rem .75rem; color: var(--text); }
.empty .notice { text-align: left; max-width: 40rem; margin-inline: auto; }
.notice { padding: .75rem 1rem; margin-bottom: 1rem; border: 1px solid var(--bad); border-left-width: 5px; border-radius: var(--radius); background: var(--bad-soft); overflow-wrap: anywhere; }
.notice .icon { margin-right: .4rem; color: var(--bad); }
.notice ul { margin: .35rem 0 0 1.4rem; list-style: disc; }
.badge { font-size: .75rem; font-weight: 500; padding: .05rem .45rem; border: 1px solid var(--line-strong); border-radius: 1rem; color: var(--quiet); white-space: nowrap; }
.chip { display: inline-block; max-width: 100%; font-size: .78rem; font-weight: 550; line-height: 1.35; padding: .1rem .55rem; border-radius: 1rem; border: 1px solid var(--ll); background: var(--lb); color: var(--lt); overflow-wrap: anywhere; vertical-align: .08em; }
a.chip:hover { text-decoration: underline; }
@media (prefers-color-scheme: dark) { .chip { border-color: var(--dl); background: var(--db); color: var(--dt); } }
.state { color: var(--idle); } .good { color: var(--good); } .bad { color: var(--bad); } .done { color: var(--done); } .idle { color: var(--idle); } .wait { color: var(--wait); }
.pill { display: inline-flex; align-items: center; gap: .4rem; font-size: .875rem; font-weight: 600; padding: .2rem .75rem; border-radius: 2rem; border: 1px solid currentColor; }
.pill.good { background: var(--good-soft); } .pill.bad { background: var(--bad-soft); } .pill.done { background: var(--done-soft); } .pill.idle { background: var(--idle-soft); }
.pager { display: flex; flex-wrap: wrap; justify-content: center; gap: .3rem; margin-top: 1rem; }
.pager a, .pager > span { padding: .3rem .7rem; border-radius: 6px; }
.pager a:hover { background: var(--sunken); text-decoration: none; }
.pager [aria-current] { background: var(--accent); color: var(--on-accent); font-weight: 600; }
@media (max-width: 40rem) { .home span { position: absolute; clip-path: inset(50%); } .person .quiet { display: none; } .tabs ul { gap: 0; flex-wrap: wrap; } .tabs a { padding-inline: .4rem; font-size: .875rem; gap: .3rem; } .tabs .icon { display: none; } }
@media (prefers-reduced-motion: no-preference) { a, button { transition: background-color .12s; } }
@media print { .top, .tabs, .reply, .side form, .menu { display: none; } }
`;
