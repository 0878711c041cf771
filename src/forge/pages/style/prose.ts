/** Rendered Markdown and diagrams. */
export const prose = `
.prose { overflow-wrap: anywhere; }
.prose > :first-child { margin-top: 0; } .prose > :last-child { margin-bottom: 0; }
.prose :is(p, ul, ol, dl, table, pre, blockquote, details, figure) { margin: 0 0 .9rem; }
.prose :is(h1, h2, h3, h4, h5, h6) { margin: 1.4rem 0 .6rem; font-weight: 650; }
.prose h1 { font-size: 1.5rem; } .prose h2 { font-size: 1.25rem; } .prose h3 { font-size: 1.0625rem; } .prose :is(h4, h5, h6) { font-size: 1rem; }
.prose :is(h1, h2) { padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
.prose a { text-decoration: underline; text-decoration-color: color-mix(in srgb, currentColor 45%, transparent); text-underline-offset: .15em; }
.prose a:hover { text-decoration-color: currentColor; }
.prose ul, .prose ol { padding-left: 1.7rem; } .prose ul { list-style: disc; } .prose ol { list-style: decimal; }
.prose li > :is(ul, ol) { margin-bottom: 0; }
.prose li + li { margin-top: .15rem; }
.prose code { padding: .12em .35em; border-radius: 4px; background: var(--sunken); }
.prose pre { padding: .8rem 1rem; border-radius: 6px; background: var(--sunken); overflow-x: auto; line-height: 1.5; }
.prose pre code { padding: 0; background: none; font-size: .8125rem; white-space: pre; overflow-wrap: normal; }
.prose blockquote { padding-left: 1rem; border-left: 3px solid var(--line-strong); color: var(--quiet); }
.prose table { display: block; width: max-content; max-width: 100%; overflow-x: auto; border-collapse: collapse; font-size: .9375rem; }
.prose :is(th, td) { padding: .35rem .7rem; border: 1px solid var(--line); min-width: 3rem; }
.prose thead:not(:has(th:not(:empty))) { display: none; }
.prose th { background: var(--sunken); font-weight: 600; }
.prose :is(th, td):not([align]) { text-align: left; }
.prose hr { border: 0; border-top: 1px solid var(--line); margin: 1.4rem 0; }
.prose summary { cursor: pointer; }
.prose kbd { font: .8125rem var(--mono); padding: .05rem .4rem; border: 1px solid var(--line-strong); border-bottom-width: 2px; border-radius: 4px; background: var(--sunken); }
.prose mark { background: var(--target); color: inherit; }
.prose .task { list-style: none; }
.prose .person { font-weight: 600; color: var(--text); }
.prose .commit { font-family: var(--mono); font-size: .875em; }
.tick { appearance: none; position: relative; display: inline-block; width: 1.15rem; height: 1.15rem; padding: 0; margin: 0 .5rem 0 -1.65rem; vertical-align: -.22em; border: 1.5px solid var(--line-strong); border-radius: 4px; background: var(--surface); }
span.tick { background: var(--sunken); }
.tick[aria-checked=true] { background: var(--accent); border-color: var(--accent); }
.tick[aria-checked=true]::after { content: ""; position: absolute; left: .33rem; top: .1rem; width: .35rem; height: .65rem; border: solid var(--on-accent); border-width: 0 2px 2px 0; transform: rotate(45deg); }
button.tick:hover { border-color: var(--accent); }
.callout { --tone: var(--link); border-left-color: var(--tone) !important; color: inherit !important; }
.callout .kind { display: block; color: var(--tone); }
.callout.tip { --tone: var(--good); } .callout.important { --tone: var(--done); } .callout.warning { --tone: var(--wait); } .callout.caution { --tone: var(--bad); }
.readme > .prose, .readme > pre { padding: 1.25rem 1.5rem; margin: 0; }
.readme > pre.plain { white-space: pre-wrap; overflow-wrap: anywhere; }
.diagram { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: 6px; }
.diagram svg { display: block; max-width: 100%; height: auto; margin-inline: auto; }
.diagram .flowchart { max-width: max(100%, 56rem); }
.diagram figcaption { font-size: .875rem; color: var(--quiet); margin-top: .5rem; }
.diagram details, .diagram pre { margin: 0 !important; }
.diagram { --s0: #2c7a6d; --s1: #c98a1b; --s2: #7a5bb5; --s3: #c4563f; --s4: #3f74a8; --s5: #7c8f2b; --s6: #a84a7c; --s7: #7b756a; }
@media (prefers-color-scheme: dark) { .diagram { --s0: #4fb3a1; --s1: #e0a940; --s2: #a78be0; --s3: #e08670; --s4: #74a9dc; --s5: #a9bd57; --s6: #d784b0; --s7: #a6a096; } }
${Array.from({ length: 8 }, (_, i) => `.fill-${i} { fill: var(--s${i}); } .stroke-${i} { stroke: var(--s${i}); stroke-width: 2.5; fill: none; }`).join('\n')}
.diagram path[class^=fill] { stroke: var(--surface); stroke-width: 1.5; }
.diagram text { fill: var(--text); font: 14px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
.diagram .heading { font-weight: 650; } .diagram .small { font-size: 12px; }
.diagram .grid { stroke: var(--line); } .diagram .node { fill: var(--sunken); stroke: var(--line-strong); }
.diagram .flow { fill: none; stroke: var(--quiet); stroke-width: 1.5; } .diagram .dashed { stroke-dasharray: 4 4; } .diagram .tip { fill: var(--quiet); }
.diagram .label { fill: var(--surface); }
@media (max-width: 40rem) { .readme > .prose { padding: 1rem; } }
`;
