/** @module The home page and the outline of all others as HTML, rendered once, when the shop is built. */
import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { Router } from 'wouter'
import type { Item } from '../index.ts'
import { App } from './App.tsx'
import { createCatalogue } from './catalogue.ts'
import { FIRST_PAGE, firstPageOf } from './firstPage.ts'
import { Opening } from './parts/Opening.tsx'

export { FOR_YOU } from './firstPage.ts'
export { latestModelTag } from './latestModel.ts'

interface Rendered {
  /** For the document's head. */
  readonly head: string
  /** Inside of the shop's element. */
  readonly shop: string
  /** After it: what the script needs to go on from there. */
  readonly data: string
}

/** React puts the pictures that it wants early in front of everything else. */
const PRELOADS = /^(<link [^>]*>)*/

/** @param bestsellers ids, best first, as every newcomer's device orders them */
export function renderHome(items: readonly Item[], bestsellers: readonly string[]): Rendered {
  const first = firstPageOf(createCatalogue(items), bestsellers)
  const html = renderToString(
    <Router ssrPath="/">
      <StrictMode>
        <App first={first} start={() => new Promise(() => {})} />
      </StrictMode>
    </Router>,
  )
  const [head] = PRELOADS.exec(html) ?? ['']
  // In a script element, only `</script` and `<!--` mean something.
  const json = JSON.stringify(first).replaceAll('<', '\\u003c')
  return {
    head,
    shop: html.slice(head.length),
    data: `<script type="application/json" id="${FIRST_PAGE}">${json}</script>`,
  }
}

export const renderOutline = (): string => renderToString(<Opening />)
