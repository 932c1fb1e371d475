/**
 * @module Scrolls and moves the focus as a browser does when it loads a document. A new page starts at the top, with
 * the focus on its heading. "Back" and "forward" restore the scroll position, even while the list is still loading.
 */
import { Component } from 'react'
import { breathe } from './breathe.ts'
import { NOBODY, who } from './stored.ts'

const STORE = 'nearside-shop.scroll'
/**
 * When a shopper returns to a page, the scroll position is restored as soon as the page is as tall as it was. This is
 * the maximum wait on a slow phone, milliseconds.
 */
const PATIENCE = 10_000
/** Events by which a shopper scrolls. After one of them, the scroll position is no longer restored. */
const OWN_WAYS = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const

/**
 * Stores the key of a history entry, and bypasses the router's patched `replaceState`, which would render the page
 * again.
 */
function keepKey(key: string): void {
  History.prototype.replaceState.call(history, { ...history.state, key }, '')
}

function readPositions(): Map<string, number> {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(STORE) ?? '[]'))
  } catch {
    return new Map()
  }
}

/** Installs scroll restoration for the life of the page. */
export function keepScroll(): void {
  history.scrollRestoration = 'manual'
  const positions = readPositions()
  let key: string = history.state?.key ?? crypto.randomUUID()
  keepKey(key)
  let stop = () => {}

  const keep = () => positions.set(key, scrollY)
  addEventListener('scroll', keep, { passive: true })
  addEventListener('pagehide', () => {
    if (who.get() === NOBODY) return
    try {
      sessionStorage.setItem(STORE, JSON.stringify([...positions].slice(-50)))
    } catch {
      // If the positions can't be stored, a reload starts at the top.
    }
  })
  // The scroll position is stored here, because the old page is still on screen and its last scroll event may not
  // have arrived yet.
  addEventListener('pushState', () => {
    keep()
    stop()
    key = crypto.randomUUID()
    keepKey(key)
  })
  addEventListener('replaceState', () => keepKey(key))
  addEventListener('popstate', (event) => {
    keep()
    stop()
    key = event.state?.key ?? crypto.randomUUID()
    keepKey(key)
    stop = scrollWhenPossible(positions.get(key) ?? 0)
  })
  if (positions.has(key)) stop = scrollWhenPossible(positions.get(key) ?? 0)
}

/** Scrolls as soon as the page is tall enough, unless the shopper scrolls first. */
function scrollWhenPossible(top: number): () => void {
  const end = () => {
    clearTimeout(timer)
    observer.disconnect()
    for (const name of OWN_WAYS) removeEventListener(name, end)
  }
  const attempt = () => {
    scrollTo({ top, behavior: 'instant' })
    if (Math.abs(scrollY - top) < 2) end()
  }
  const observer = new ResizeObserver(attempt)
  const timer = setTimeout(end, PATIENCE)
  for (const name of OWN_WAYS) addEventListener(name, end, { passive: true })
  observer.observe(document.body)
  requestAnimationFrame(attempt)
  return end
}

let wentBack = false
// `addEventListener` is missing while prerendering, which has no window.
globalThis.addEventListener?.('popstate', () => {
  wentBack = true
})

/**
 * Maximum milliseconds to wait, after "back", for the list with the card that was opened, and for the scroll position.
 */
const LIST_PATIENCE = 3000

/** Resolves with the card that links to the page, once it is in sight in a loaded list; null without a card. */
async function cardTo(path: string): Promise<HTMLElement | null> {
  const cards = () =>
    [...document.querySelectorAll<HTMLElement>(`main a.card[href="${path}"]`)].filter(
      (card) => !card.closest('[aria-busy="true"]'),
    )
  const isReady = () => cards().some(isInSight)
  if (!isReady())
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer)
        observer.disconnect()
        removeEventListener('scroll', check)
        resolve()
      }
      const check = () => isReady() && end()
      const observer = new MutationObserver(check)
      const timer = setTimeout(end, LIST_PATIENCE)
      observer.observe(document.body, {
        subtree: true,
        childList: true,
        attributeFilter: ['aria-busy'],
      })
      addEventListener('scroll', check, { passive: true })
    })
  return cards().find(isInSight) ?? null
}

function isInSight(element: HTMLElement): boolean {
  const { top, bottom } = element.getBoundingClientRect()
  return top >= 0 && bottom <= innerHeight
}

interface ArrivalProps {
  /** Path of the page on screen; null while the page is loading and has no heading yet. */
  readonly path: string | null
}

/**
 * Scrolls a new page to the top and focuses its heading, once per navigation and never while the shopper types. This
 * component is a class, because React calls only classes before it changes the document. At that time scrolling is
 * cheap; a moment later it would force the layout of the whole new page.
 * https://react.dev/reference/react/Component#getsnapshotbeforeupdate
 */
export class Arrival extends Component<ArrivalProps> {
  private seen = this.props.path

  override getSnapshotBeforeUpdate(): null {
    const { path } = this.props
    if (path !== null && path !== this.seen && !wentBack) scrollTo({ top: 0, behavior: 'instant' })
    return null
  }

  // While a page's file loads, React hides this component. React calls this method when the page appears.
  override componentDidMount(): void {
    this.focus()
  }

  override componentDidUpdate(): void {
    this.focus()
  }

  private focus(): void {
    const { path } = this.props
    if (path === null || path === this.seen) return
    // After "back" from a product's page, the focus returns to the card through which the shopper opened the page.
    const opened = wentBack ? this.seen : null
    this.seen = path
    wentBack = false
    const focused = document.activeElement
    if (focused instanceof HTMLInputElement) return
    // Focusing forces layout, so the focus waits until the browser has laid out the page for painting. If another
    // element of the new page has the focus by then, that element keeps it.
    requestAnimationFrame(async () => {
      await breathe()
      const reached = document.activeElement
      if (reached !== focused && reached !== document.body) return
      const card = opened && (await cardTo(opened))
      const now = document.activeElement
      if (now !== reached && now !== document.body) return
      const target = card || document.querySelector<HTMLElement>('main h1')
      target?.focus({ preventScroll: true })
    })
  }

  override render(): null {
    return null
  }
}
