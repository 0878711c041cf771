/** Issue and pull request pages: title, posts, events, forms, side column, merge box. */
export const conversation = `
.title { margin-bottom: 1.25rem; padding-bottom: 1rem; border-bottom: 1px solid var(--line); }
.title h1 { margin-bottom: .5rem; }
.title h1 .tool { font-weight: 400; font-size: .875rem; letter-spacing: 0; }
.title p { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem .6rem; }
.title p.quiet { display: block; overflow-wrap: anywhere; }
.title:has(+ .tabs) { border: 0; margin-bottom: 0; padding-bottom: .75rem; }
.number { color: var(--quiet); font-weight: 400; }
.message { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 .75rem; }
.retitle { display: flex; gap: .5rem; margin-bottom: .6rem; }
.tool { display: inline-flex; align-items: center; gap: .3rem; color: var(--quiet); font-size: .875rem; white-space: nowrap; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 15.5rem; gap: 2rem; align-items: start; }
.columns > .side { grid-column: 2; grid-row: 1; position: sticky; top: 1rem; }
.columns > .talk-column { grid-column: 1; grid-row: 1; }
.side section { padding-bottom: 1rem; margin-bottom: 1rem; border-bottom: 1px solid var(--line); }
.side section:last-child { border: 0; }
.side h2 { font-size: .8125rem; color: var(--quiet); margin-bottom: .45rem; }
.chips { display: flex; flex-wrap: wrap; gap: .3rem; }
.side .menu { margin-top: .6rem; }
.side .menu > summary { border: 1px solid var(--line-strong); background: var(--surface); }
.side .menu > .sheet { position: static; width: auto; min-width: 0; max-width: none; margin-top: .4rem; box-shadow: none; max-height: none; }
.side .sheet fieldset { max-height: 18rem; overflow: auto; }
.side .sheet .primary { justify-content: center; margin-top: .5rem; background: var(--accent); color: var(--on-accent); }
.side .sheet .primary:hover { background: var(--accent-hover); }
.post { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); margin-bottom: 1rem; scroll-margin-top: 1rem; }
.post:target { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.post > header { display: flex; flex-wrap: wrap; align-items: center; gap: .15rem .5rem; padding: .5rem 1rem; background: var(--sunken); border-bottom: 1px solid var(--line); border-radius: var(--radius) var(--radius) 0 0; }
.post > header .tool { margin-left: auto; }
.post > .prose, .post > p, .post > form.edit { padding: 1rem; }
.event { display: flex; gap: .7rem; padding: .1rem 1rem 1rem; font-size: .9375rem; }
.event > .icon { margin-top: .3em; color: var(--quiet); }
.event p { min-width: 0; overflow-wrap: anywhere; }
.said { display: block; white-space: pre-wrap; }
.reply { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px dashed var(--line-strong); }
.reply h2 { margin-bottom: .5rem; }
.reply .quiet { margin-block: .4rem .8rem; }
.now { padding: 1rem 1rem 0; }
.now pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: .6rem .8rem; border-radius: 6px; background: var(--sunken); }
.edit .actions, .compose .actions { margin-top: .75rem; }
.edit .danger { margin-left: auto; }
.compose { max-width: 52rem; }
.compose p { margin-top: 1rem; }
.compose label { display: block; font-weight: 600; margin-bottom: .3rem; }
.banner { display: flex; align-items: center; gap: .5rem; padding: .75rem 1rem; border-radius: var(--radius); background: var(--idle-soft); }
.merge { margin-block: 1.25rem; }
.merge .line { padding: .75rem 1rem; display: flex; gap: .7rem; align-items: baseline; flex-wrap: wrap; }
.merge p.line { flex-wrap: nowrap; }
.merge form.line { display: block; }
.merge .line + .line { border-top: 1px solid var(--line); }
.merge .actions { margin-top: .6rem; }
.checks > li { padding: .7rem 1rem; }
.checks > li + li { border-top: 1px solid var(--line); }
.checks summary { cursor: pointer; }
.checks .prose { margin-top: .6rem; padding-left: 1.6rem; }
@media (max-width: 52rem) {
  .columns { display: block; }
  .columns > .side { position: static; display: flex; flex-wrap: wrap; gap: 0 2rem; margin-bottom: 1rem; }
  .side section { border: 0; padding: 0; }
  .side section:first-child { flex: 1 1 16rem; }
  .retitle { flex-wrap: wrap; }
}
`;
