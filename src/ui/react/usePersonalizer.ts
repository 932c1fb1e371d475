/** @module Hooks for the personalizer and its snapshot. */

import type { Personalizer } from '@nearside/browser/api.ts'
import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import { STARTING } from '@nearside/browser/page/starting.ts'
import { useCallback, useSyncExternalStore } from 'react'
import { usePersonalizationContext } from './context.ts'

/** The provider's personalizer; null until it has started. */
export function usePersonalizer(): Personalizer | null {
  return usePersonalizationContext().personalizer
}

const starting = () => STARTING
const nothingToStop = () => {}

/** State of the personalizer, e.g. its engine, its last fit, what was learned and what was sent. */
export function usePersonalization(): PersonalizerSnapshot {
  const personalizer = usePersonalizer()
  const subscribe = useCallback(
    (listener: () => void) => personalizer?.subscribe(listener) ?? nothingToStop,
    [personalizer],
  )
  const read = useCallback(() => personalizer?.getSnapshot() ?? STARTING, [personalizer])
  return useSyncExternalStore(subscribe, read, starting)
}
