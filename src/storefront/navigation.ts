/**
 * @module What a browser does for pages and a single-page shop must do itself: on a new page begin
 * at the top with the focus on its heading; on back and forward return to where one was, even when
 * the list is still filling.
 */
import { Component } from 'react'
import { breathe } from './breathe.ts'

const STORE = 'nearside-shop.scroll'
/** How long a returning page may take to grow back to its height, in milliseconds: a slow phone's. */
const PATIENCE = 10_000
/** What a shopper does who would rather be elsewhere. */
const OWN_WAYS = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const

/** Bypasses the router's patched `replaceState`, so that keeping a key renders nothing. */
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

/** Installs scroll keeping for the life of the page. */
export function keepScroll(): void {
  history.scrollRestoration = 'manual'
  const positions = readPositions()
  let key: string = history.state?.key ?? crypto.randomUUID()
  keepKey(key)
  let stop = () => {}

  const keep = () => positions.set(key, scrollY)
  addEventListener('scroll', keep, { passive: true })
  addEventListener('pagehide', () => {
    try {
      sessionStorage.setItem(STORE, JSON.stringify([...positions].slice(-50)))
    } catch {
      // Without storage a reload begins at the top.
    }
  })
  // The page that is left is still there; its last scroll event may be on its way.
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

/** Scrolls as soon as the page is tall enough; gives up when the shopper scrolls first. */
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
// Where the page is rendered before anybody comes, there is no window.
globalThis.addEventListener?.('popstate', () => {
  wentBack = true
})

interface ArrivalProps {
  /** Null while the page is on its way. */
  readonly path: string | null
}

/**
 * On a new page: to the top, and the focus to its heading, once per navigation and never while one
 * types. A class, because only a class is asked before the document changes: scrolling costs nothing
 * then, and a moment later it would lay out the whole new page at once.
 * https://react.dev/reference/react/Component#getsnapshotbeforeupdate
 */
export class Arrival extends Component<ArrivalProps> {
  private seen = this.props.path

  override getSnapshotBeforeUpdate(): null {
    const { path } = this.props
    if (path !== null && path !== this.seen && !wentBack) scrollTo({ top: 0, behavior: 'instant' })
    return null
  }

  // What React hid while a page's file was fetched is mounted again when it is shown.
  override componentDidMount(): void {
    this.focus()
  }

  override componentDidUpdate(): void {
    this.focus()
  }

  private focus(): void {
    const { path } = this.props
    if (path === null || path === this.seen) return
    this.seen = path
    wentBack = false
    const focused = document.activeElement
    if (focused instanceof HTMLInputElement) return
    // To move the focus needs the page laid out: it waits until the browser has done that to paint it.
    // What was reached meanwhile keeps it; to have lost it is to have reached nothing.
    requestAnimationFrame(async () => {
      await breathe()
      const reached = document.activeElement
      if (reached !== focused && reached !== document.body) return
      document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
    })
  }

  override render(): null {
    return null
  }
}
