/** @module Renders a report as one HTML page that loads nothing and runs no script. */
import type { Part, Report, Table } from './report.ts'

/** The page's policy blocks loading and scripts, even if a catalog's texts contain markup. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'"

/** @param result the page contains it as JSON, for further computation. */
export function page({ title, lead, parts, notes }: Report, result: unknown): string {
  const links = parts.map(
    ({ title: name }, k) => `<li><a href="#part-${k}">${escapeHtml(name)}</a></li>`,
  )
  // An escaped "<" can't end the script block early.
  const json = JSON.stringify(result).replaceAll('<', '\\u003c')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLES}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
${lead.map(paragraph).join('\n')}
<nav aria-label="Contents"><ul>${links.join('')}</ul></nav>
</header>
<main>
${parts.map(section).join('\n')}
<section aria-label="Notes">
${notes.map((note) => paragraph(`Note: ${note}.`)).join('\n')}
${paragraph('The numbers of this page stand in it as JSON, in the element with the id “result”.')}
</section>
</main>
<script type="application/json" id="result">${json}</script>
</body>
</html>
`
}

function section({ title, picture = '', table, text = [] }: Part, k: number): string {
  return `<section id="part-${k}" aria-labelledby="title-${k}">
<h2 id="title-${k}">${escapeHtml(title)}</h2>
${picture && scrolling(title, picture)}
${table ? tableHtml(title, table) : ''}
${text.map(paragraph).join('\n')}
</section>`
}

function tableHtml(caption: string, { columns, rows, prose = false }: Table): string {
  // A heading cell must not be empty, so an empty heading is a plain cell.
  const head = columns.map((name, c) =>
    name === '' && c > 0 ? '<td></td>' : `<th scope="col">${escapeHtml(name || 'row')}</th>`,
  )
  const body = rows.map(([name, ...cells]) => {
    const data = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')
    return `<tr><th scope="row">${escapeHtml(name)}</th>${data}</tr>`
  })
  return scrolling(
    caption,
    `<table${prose ? ' class="prose"' : ''}><caption>${escapeHtml(caption)}</caption><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`,
  )
}

/** Lets a wide table or picture scroll sideways on a phone. The keyboard can scroll it only if it is focusable. */
function scrolling(name: string, html: string): string {
  return `<div class="scroll" role="group" tabindex="0" aria-label="${escapeHtml(name)}">${html}</div>`
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const STYLES = `
:root {
  color-scheme: light dark;
  --ground: #fbfbf9; --ink: #1d2421; --soft: #55605b; --rule: #dfe3e0; --link: #0b6150;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131715; --ink: #e8ecea; --soft: #a6b0ab; --rule: #313936; --link: #6fd6b9;
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
svg { display: block; min-width: 36rem; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .5rem; }
p { max-width: 46rem; margin: 0 0 .75rem; }
header p { color: var(--soft); }
header p:first-of-type { color: var(--ink); font-size: 1.125rem; }
a { color: var(--link); text-underline-offset: .2em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: 1rem 0 0; }
nav a { display: inline-block; padding: .25rem 0; }
section { border-top: 1px solid var(--rule); padding: 1.75rem 0 1rem; margin-top: 1.25rem; }
.scroll { overflow-x: auto; }
section > .scroll { margin-top: 1rem; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; min-width: 100%; }
/* Sighted readers have the same words in the heading above. */
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .3rem .5rem; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; font-weight: 400; }
thead th { white-space: normal; color: var(--soft); border-bottom-color: var(--soft); vertical-align: bottom; }
th:first-child { text-align: left; padding-left: 0; }
td:last-child, thead th:last-child { padding-right: 0; }
.prose th:last-child, .prose td:last-child { text-align: left; padding-left: 1.25rem; }
@media print { nav { display: none; } }
`
