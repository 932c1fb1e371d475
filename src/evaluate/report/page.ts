/** @module Renders a report as one HTML page that loads nothing and runs no script, light or dark. */
import { drawChart, legendOf } from './charts.ts'
import type { Part, Report, Table } from './report.ts'
import { STYLES } from './styles.ts'

/** Blocks loading and scripts, even if a catalog's texts contain markup. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'"

/** @param result result that the page contains as JSON, for further computation. */
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

function section({ title, table, chart, text = [] }: Part, k: number): string {
  const shown = table ? tableHtml(title, table) : ''
  const content = chart
    ? `<figure><div class="pair"><div class="plot">${chartHtml(chart)}</div><div>${shown}</div></div></figure>`
    : shown
  return `<section id="part-${k}" aria-labelledby="title-${k}">
<h2 id="title-${k}">${escapeHtml(title)}</h2>
${content}
${text.map(paragraph).join('\n')}
</section>`
}

function chartHtml(chart: NonNullable<Part['chart']>): string {
  if (chart.kind !== 'lines') return drawChart(chart)
  const keys = legendOf(chart.series.map(({ name }) => name)).map(
    ({ name, line }) => `<li>${line}${escapeHtml(name)}</li>`,
  )
  return `<ul class="legend">${keys.join('')}</ul>${drawChart(chart)}`
}

function tableHtml(caption: string, { columns, rows, prose = false }: Table): string {
  // A heading cell must not be empty.
  const head = columns.map((name, c) =>
    name === '' && c > 0 ? '<td></td>' : `<th scope="col">${escapeHtml(name || 'row')}</th>`,
  )
  const body = rows.map(([name, ...cells]) => {
    const data = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')
    return `<tr><th scope="row">${escapeHtml(name)}</th>${data}</tr>`
  })
  // A table scrolls inside itself on a phone, so it must be focusable.
  return `<div class="scroll" role="group" tabindex="0" aria-label="${escapeHtml(caption)}"><table${prose ? ' class="prose"' : ''}><caption>${escapeHtml(caption)}</caption><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
