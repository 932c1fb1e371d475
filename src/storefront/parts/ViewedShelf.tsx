import { useState } from 'react'
import { RecentlyViewed, usePersonalization, usePersonalizer } from '../../react.ts'
import { order } from '../preferences.ts'
import { useSignal } from '../signal.ts'
import { ShelfOutline } from './Outlines.tsx'
import { FIXED } from './shelves.tsx'

interface ViewedProps {
  /** Product of the current page, which is left out. */
  readonly except?: string
  readonly distinct?: number
}

export function ViewedShelf(props: ViewedProps) {
  const started = usePersonalizer() !== null
  const isPersonal = useSignal(order) === 'personal'
  if (!started) return <ShelfOutline />
  return isPersonal && <Viewed {...props} />
}

/**
 * Shelf of viewed products. Without earlier views the shelf reserves no space: the first viewed product is the page's
 * own, which the shelf leaves out.
 */
function Viewed({ except, distinct }: ViewedProps) {
  const { events } = usePersonalization()
  const [any] = useState(() => (events.byName.view_item ?? 0) > 0)
  return (
    any && <RecentlyViewed {...FIXED} excludeIds={except ? [except] : []} distinct={distinct} />
  )
}
