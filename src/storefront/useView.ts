/** @module Captures each view of a product, with its duration, and each view of a list. */
import { useEffect, useRef } from 'react'
import { useShop } from './shop.ts'

/** Minimum milliseconds of a view. A shorter view counts as a misclick. */
const LOOK_MS = 1000

/**
 * Captures `view_item` after the product was on screen for a second. If the shopper leaves earlier, captures the view
 * with its shorter duration, which the personalizer later ignores as a misclick.
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
      // The timer waits a little longer than a second, because timers can fire early, and 999 ms would count as a
      // misclick.
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
      // StrictMode mounts, unmounts and mounts again, so a view of almost no time is ignored.
      if (elapsed() > 50) emit()
    }
  }, [id, capture, lastLooked])
}

/** Captures `view_item_list` once per list, however often its order changes. */
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
