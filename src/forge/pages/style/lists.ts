/** Lists of issues, pull requests, commits, files, repositories and labels. */
export const lists = `
.search { display: flex; flex: 1; gap: .5rem; min-width: min(100%, 18rem); }
.search input { font-family: var(--mono); font-size: .875rem; }
.states { display: flex; gap: .25rem; flex: 1; }
.states a { display: inline-flex; align-items: center; gap: .4rem; padding: .3rem .6rem; border-radius: 6px; color: var(--quiet); white-space: nowrap; }
.states a[aria-current] { color: var(--text); font-weight: 650; background: var(--surface); box-shadow: 0 0 0 1px var(--line); }
.filters { display: flex; gap: .25rem; }
.rows > .row + .row { border-top: 1px solid var(--line); }
.row { display: flex; align-items: flex-start; gap: .7rem; padding: .7rem 1rem; }
.row-body { flex: 1; min-width: 0; }
.row-body > .chip { margin-right: .2rem; }
.row-body > p { margin-top: .1rem; }
.row-title { margin-right: .4rem; color: var(--text); font-weight: 600; overflow-wrap: anywhere; }
.row-title:hover { color: var(--link); }
.row .quiet a { color: inherit; text-decoration: underline; text-decoration-color: var(--line-strong); text-underline-offset: .15em; }
.talk { display: inline-flex; align-items: center; gap: .35rem; color: var(--quiet); font-size: .875rem; padding-top: .1rem; }
.more { margin-top: .3rem; }
.more summary { color: var(--quiet); font-size: .875rem; cursor: pointer; }
.more pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 0; }
.files li { display: flex; align-items: baseline; justify-content: space-between; gap: 1rem; padding: .4rem 1rem; }
.files li + li { border-top: 1px solid var(--line); }
.files li:hover { background: var(--sunken); }
.files a { display: inline-flex; align-items: baseline; gap: .55rem; min-width: 0; overflow-wrap: anywhere; }
.files .icon { align-self: center; color: var(--quiet); }
.files .quiet, .tally { white-space: nowrap; }
.latest { justify-content: space-between; }
.latest b { margin-right: .4rem; }
.sha, .ref { overflow-wrap: anywhere; }
.ref { padding: .1rem .4rem; border-radius: 4px; background: var(--idle-soft); color: var(--text); }
.path-title { font-size: 1.25rem; }
.slash { color: var(--quiet); margin-inline: .3rem; font-weight: 400; }
.lead { color: var(--quiet); margin-bottom: 1rem; }
.clone { margin-block: 1rem; overflow-wrap: anywhere; }
.clone code { padding: .25rem .5rem; border-radius: 4px; background: var(--sunken); user-select: all; }
.fold > summary { padding: .6rem 1rem; cursor: pointer; font-weight: 600; }
.label-row { flex-wrap: wrap; align-items: center; }
.label-row > span { flex: 0 1 16rem; }
.label-row > p { flex: 1 1 12rem; }
.label-row > p:empty { display: none; }
.label-row > details { margin-left: auto; } .label-row > details[open] { margin-left: 0; }
.label-row > details > summary { cursor: pointer; color: var(--link); font-size: .875rem; }
.label-row > details[open] { flex-basis: 100%; }
.label-form { display: flex; flex-wrap: wrap; align-items: flex-end; gap: .75rem; padding: .75rem 1rem 1rem; }
.label-row .label-form { padding-inline: 0; }
.label-form p { flex: 0 1 12rem; } .label-form .grow { flex: 1 1 14rem; }
.label-form label { font-size: .875rem; color: var(--quiet); }
@media (max-width: 40rem) {
  .row { padding-inline: .75rem; }
  .box-head { padding-inline: .75rem; }
  .filters { margin-left: auto; }
  .filters .sheet { position: fixed; inset: auto .75rem .75rem; width: auto; max-width: none; max-height: 70vh; }
}
`;
