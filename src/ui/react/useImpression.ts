/** @module Reports once that a list came into view, where the shop measures. */

import type { ListMeasure, Placed } from '@nearside/browser/measure/listMeasure.ts'
import { useEffect, useRef } from 'react'
import { whenSeen } from './whenSeen.ts'

/** @param items null while there is nothing to see. @returns ref for the observed element */
export function useImpression(
  measure: ListMeasure | undefined,
  list: string,
  items: readonly Placed[] | null,
) {
  const element = useRef<HTMLElement>(null)
  const now = useRef(items)
  useEffect(() => {
    now.current = items
  })
  const is = items !== null
  useEffect(() => {
    if (!measure || !is || !element.current) return
    return whenSeen(element.current, () => measure.shown(list, now.current ?? []))
  }, [measure, list, is])
  return element
}
