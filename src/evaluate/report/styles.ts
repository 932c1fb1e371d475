/**
 * @module Styles of the page. Arms differ by hue and by dash, so either one suffices. Text has a contrast of 4.5 and
 * lines of 3 to the background, in both schemes.
 */

export const STYLES = `
:root {
  color-scheme: light dark;
  --ground: #fbfbf9; --raised: #ffffff; --ink: #1d2421; --soft: #55605b; --rule: #dfe3e0; --link: #0b6150;
  --a: #6f7772; --b: #a2620b; --c: #7a4fb5; --d: #1d6fb8; --e: #0f7a5f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131715; --raised: #1a1f1d; --ink: #e8ecea; --soft: #a6b0ab; --rule: #313936; --link: #6fd6b9;
    --a: #9aa39e; --b: #e0a04b; --c: #b795ee; --d: #6db3f2; --e: #4cc9a5;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, main { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2rem; }
h1 { font-size: clamp(1.5rem, 1.1rem + 2vw, 2.25rem); line-height: 1.2; margin: 0 0 .75rem; text-wrap: balance; }
section > p { margin-top: .75rem; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .5rem; }
p { max-width: 46rem; margin: 0 0 .75rem; }
header p { color: var(--soft); }
header p:first-of-type { color: var(--ink); font-size: 1.125rem; }
a { color: var(--link); text-underline-offset: .2em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: 1rem 0 0; }
nav a { display: inline-block; padding: .25rem 0; }
section { border-top: 1px solid var(--rule); padding: 1.75rem 0 1rem; margin-top: 1.25rem; }
figure { margin: 1.25rem 0 0; background: var(--raised); border: 1px solid var(--rule); border-radius: 10px; padding: 1rem; }
.pair { display: grid; gap: 1.25rem 2rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 60rem) { .pair { grid-template-columns: minmax(0, 4fr) minmax(0, 7fr); align-items: start; } }
.plot { max-width: 34rem; }
.scroll { overflow-x: auto; }
figure .scroll { max-height: 28rem; overflow-y: auto; }
figure .scroll + .scroll, section > .scroll { margin-top: 1rem; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; min-width: 100%; }
/* The heading above says the same to whoever sees it. */
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .3rem .5rem; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; font-weight: 400; }
thead th { white-space: normal; color: var(--soft); border-bottom-color: var(--soft); vertical-align: bottom; }
th:first-child { text-align: left; padding-left: 0; }
td:last-child, thead th:last-child { padding-right: 0; }
.prose th:last-child, .prose td:last-child { text-align: left; padding-left: 1.25rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; color: var(--soft); }
svg[role="img"] { --plot-background: var(--raised); }
.legend { display: flex; flex-wrap: wrap; gap: .15rem 1rem; list-style: none; padding: 0; margin: 0 0 .5rem; font-size: .8125rem; }
.legend li { display: flex; align-items: center; gap: .4rem; } .legend svg { width: 26px; }
@media print { figure { break-inside: avoid; } nav { display: none; } }
`
