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

/** State of the personalizer, e.g. its engine, its last fit, what was learned and what was sent. */
export function usePersonalization(): PersonalizerSnapshot {
  return useSnapshot(usePersonalizer(), (snapshot) => snapshot)
}

const nothingToStop = () => {}

/** Part of a personalizer's snapshot; without a personalizer, part of the snapshot before the start. */
export function useSnapshot<TPart>(
  personalizer: Personalizer | null,
  partOf: (snapshot: PersonalizerSnapshot) => TPart,
): TPart {
  const subscribe = useCallback(
    (listener: () => void) => personalizer?.subscribe(listener) ?? nothingToStop,
    [personalizer],
  )
  const read = () => partOf(personalizer?.getSnapshot() ?? STARTING)
  return useSyncExternalStore(subscribe, read, () => partOf(STARTING))
}
