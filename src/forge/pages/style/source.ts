/** Source files and diffs. */
export const source = `
.lines { width: 100%; border-collapse: collapse; font: .8125rem/1.55 var(--mono); table-layout: auto; }
.lines td { padding: 0 .6rem; vertical-align: top; }
.lines .num { width: 1%; min-width: 2.6rem; text-align: right; color: var(--quiet); user-select: none; white-space: nowrap; border-right: 1px solid var(--line); }
.lines .num a { color: inherit; }
.lines .sign { width: 1%; padding-inline: .5rem 0; user-select: none; }
.lines .text { white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; }
.lines tr:target { background: var(--target); }
.lines .add { background: var(--add); } .lines .add .num { background: var(--add-num); color: var(--text); }
.lines .del { background: var(--del); } .lines .del .num { background: var(--del-num); color: var(--text); }
.lines .gap td { padding-block: .3rem; background: var(--sunken); color: var(--quiet); }
.lines .note .text { color: var(--quiet); font-style: italic; }
.plus { color: var(--good); } .minus { color: var(--bad); }
.diff-sum { margin-bottom: .5rem; }
.diff { overflow: clip; }
.diff:not([open]) > summary { border-bottom: 0; border-radius: var(--radius); }
.diff > summary { cursor: pointer; position: sticky; top: 0; z-index: 1; }
.diff > summary { list-style: none; } .diff > summary::-webkit-details-marker { display: none; }
.diff > summary::before { content: ""; width: .45em; height: .45em; border: solid var(--quiet); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); flex: none; }
.diff[open] > summary::before { transform: translateY(-.12em) rotate(45deg); }
.diff > summary:focus-visible { outline-offset: -2px; }
.path { font-family: var(--mono); font-size: .875rem; font-weight: 600; overflow-wrap: anywhere; }
.tally { font-size: .8125rem; font-family: var(--mono); margin-left: auto; }
.diff-foot { padding: .4rem 1rem; border-top: 1px solid var(--line); font-size: .875rem; }
@media (max-width: 40rem) { .lines { font-size: .75rem; } .lines .num { min-width: 0; padding-inline: .35rem; } .lines tr > .num:first-child:not(:only-of-type) + .num { border-right: 1px solid var(--line); } .diff .num:first-child { display: none; } .lines .text { padding-inline: .4rem; } }
`;
