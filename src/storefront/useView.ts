/** @module Looks at a product and at lists, captured once each, with how long the look lasted. */
import { useEffect, useRef } from 'react'
import { useShop } from './shop.ts'

/** A shorter look is a misclick; it is captured with its length, so that cleaning can drop it. */
const LOOK_MS = 1000

/**
 * `view_item` once the product was on screen for a second, or earlier with the shorter time when
 * the shopper leaves before: then cleaning knows it for a misclick.
 */
export function useProductView(id: string): void {
  const { capture, lastLooked } = useShop()
  useEffect(() => {
    let shown = 0
    let since = document.hidden ? null : performance.now()
    let timer = 0
    let done = false
    const elapsed = () => shown + (since === null ? 0 : performance.now() - since)
    const emit = () => {
      if (done) return
      done = true
      capture({ name: 'view_item', item_id: id, dwell_ms: Math.round(elapsed()) })
    }
    const plan = () => {
      // A little later: timers may fire a hair early, and 999 ms would count as a misclick.
      timer = window.setTimeout(emit, Math.max(0, LOOK_MS + 20 - elapsed()))
    }
    const onVisibility = () => {
      clearTimeout(timer)
      if (document.hidden) {
        shown = elapsed()
        since = null
      } else {
        since = performance.now()
        if (!done) plan()
      }
    }
    if (since !== null) plan()
    document.addEventListener('visibilitychange', onVisibility)
    lastLooked.set(id)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisibility)
      // StrictMode mounts twice: a look of no length is no look.
      if (elapsed() > 50) emit()
    }
  }, [id, capture, lastLooked])
}

/** `view_item_list` once per list, however often its order changes meanwhile. */
export function useListView(list: string, ids: readonly string[]): void {
  const { capture } = useShop()
  const told = useRef<string | null>(null)
  const key = ids.slice(0, 12).join('\n')
  useEffect(() => {
    if (key === '' || told.current === list) return
    told.current = list
    capture({ name: 'view_item_list', items: key.split('\n').map((item_id) => ({ item_id })) })
  }, [list, key, capture])
}
