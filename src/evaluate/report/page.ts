/** @module The page around the plots: one file, nothing fetched, readable without scripts. */
import { STYLES } from './styles.ts'
import { escapeHtml } from './text.ts'

export interface Table {
  readonly caption: string
  readonly columns: readonly string[]
  /** The first cell names the row. */
  readonly rows: readonly (readonly string[])[]
  /** Rows to stress, by place. */
  readonly strong?: readonly number[]
  /** The last column is prose. */
  readonly prose?: boolean
}

export interface Section {
  readonly id: string
  readonly title: string
  /** HTML: paragraphs, figures. */
  readonly content: readonly string[]
}

/** Nothing may be loaded or run, whatever a catalogue's texts try. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'"

/** @param data stands in the page as JSON, for whoever wants to compute with its numbers. */
export function page(
  title: string,
  lead: readonly string[],
  sections: readonly Section[],
  data: unknown,
): string {
  const links = sections.map(
    ({ id, title: name }) => `<li><a href="#${id}">${escapeHtml(name)}</a></li>`,
  )
  // "<" can't end the block early when it is written as an escape.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c')
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
${sections.map(({ id, title: name, content }) => `<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${escapeHtml(name)}</h2>\n${content.join('\n')}\n</section>`).join('\n')}
</main>
<script type="application/json" id="result">${json}</script>
</body>
</html>
`
}

export function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`
}

/** A plot and its numbers side by side; below each other where the page is narrow. */
export function figure(caption: string, plot: string, ...tables: readonly Table[]): string {
  return `<figure><figcaption>${escapeHtml(caption)}</figcaption><div class="pair"><div class="plot">${plot}</div><div>${tables.map(table).join('')}</div></div></figure>`
}

export function table({ caption, columns, rows, strong = [], prose = false }: Table): string {
  const head = columns.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('')
  const body = rows.map(([name, ...cells], k) => {
    const data = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')
    return `<tr${strong.includes(k) ? ' class="strong"' : ''}><th scope="row">${escapeHtml(name)}</th>${data}</tr>`
  })
  // It scrolls inside itself on a phone, hence it must take the focus.
  return `<div class="scroll" role="group" tabindex="0" aria-label="${escapeHtml(caption)}"><table${prose ? ' class="prose"' : ''}><caption>${escapeHtml(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}
