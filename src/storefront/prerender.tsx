/** @module Renders pages as HTML when the shop is built, and the shop's empty frame for all other pages. */
import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { Router } from 'wouter'
import type { Item } from '../index.ts'
import { App } from './App.tsx'
import { categoryPath, createCatalog, departmentText, productPath, titleOf } from './catalog.ts'
import {
  FIRST_PAGE,
  type FirstPage,
  firstBasket,
  firstDepartment,
  firstHome,
  firstProduct,
  firstSearch,
} from './firstPage.ts'
import { type HistoryLine, takeHistory } from './history.ts'
import { Opening } from './parts/Opening.tsx'
import { fullTitle } from './parts/Page.tsx'
import type { PackLine } from './picturePack.ts'
import { takePictures } from './pictures.ts'
import { words } from './words/words.ts'

export { FOR_YOU, SHELF } from './firstPage.ts'

interface Rendered {
  readonly path: string
  readonly title: string
  /** Markup inside the shop's element. */
  readonly shop: string
  /** Markup after the shop's element: the data from which the script continues. */
  readonly data: string
}

/**
 * @param items items, ranked as for a new shopper
 * @param bestsellers ids for the home page's lists, best first, as every new shopper's device orders them
 * @param popular ids for a shelf on a page without other lists, ordered like `bestsellers`
 * @param pictures pictures of all items; a page contains the pictures of its items
 * @param histories price and order histories of all items; a product's page contains its own
 */
export function* renderPages(
  items: readonly Item[],
  bestsellers: readonly string[],
  popular: readonly string[],
  pictures: readonly PackLine[],
  histories: readonly HistoryLine[],
): Generator<Rendered> {
  takePictures(pictures)
  const historyOf = new Map(histories.map((line) => [line[0], line]))
  const whole = createCatalog(items)
  yield render(words('home.title'), firstHome(whole, bestsellers))
  yield render(words('basket.title'), firstBasket(whole, popular))
  yield render(words('search.title'), firstSearch(whole))
  for (const department of whole.departments)
    yield render(
      departmentText(department.name),
      firstDepartment(whole, categoryPath(department.name), department),
    )
  for (const item of items)
    yield render(
      titleOf(item),
      firstProduct(whole, productPath(item), item, historyOf.get(item.id)),
    )
}

function render(title: string, first: FirstPage): Rendered {
  takeHistory(first.history)
  const html = renderToString(
    <Router ssrPath={first.path}>
      <StrictMode>
        <App first={first} start={() => new Promise(() => {})} />
      </StrictMode>
    </Router>,
  )
  // Escapes each `<`, because `</script` and `<!--` have a meaning inside a script element.
  const json = JSON.stringify(first).replaceAll('<', '\\u003c')
  return {
    path: first.path,
    title: fullTitle(title),
    shop: html,
    data: `<script type="application/json" id="${FIRST_PAGE}">${json}</script>`,
  }
}

export const renderOutline = (): string => renderToString(<Opening />)
