/** @module The personalizer itself and its snapshot, as hooks. */
import { useCallback, useSyncExternalStore } from 'react'
import type { Personalizer, PersonalizerSnapshot } from '../personalizer/api.ts'
import { usePersonalizationContext } from './context.ts'

/** The personalizer of the provider above; null until it has started. */
export function usePersonalizer(): Personalizer | null {
  return usePersonalizationContext().personalizer
}

/** What is shown before there is a personalizer. */
export const STARTING: PersonalizerSnapshot = {
  status: 'starting',
  revision: 0,
  model: null,
  engine: null,
  storage: 'memory',
  tab: 'follower',
  events: { count: 0, byName: {} },
  cleaning: { kept: 0, dropped: {} },
  fit: null,
  fitting: null,
  guard: { active: false, logLikelihoodRatio: 0, tested: 0 },
  learned: [],
  paused: false,
  consent: { contribute: false, since: null },
  sent: { reports: 0, bytes: 0, epsilon: null },
  notices: [],
}

const starting = () => STARTING
const nothingToStop = () => {}

/** State of the personalizer: engine, fit, guard, what was learned, what was sent. */
export function usePersonalization(): PersonalizerSnapshot {
  return useSnapshot(usePersonalizer())
}

/** The same for a personalizer at hand, without a provider. */
export function useSnapshot(personalizer: Personalizer | null): PersonalizerSnapshot {
  const subscribe = useCallback(
    (listener: () => void) => personalizer?.subscribe(listener) ?? nothingToStop,
    [personalizer],
  )
  const read = useCallback(() => personalizer?.getSnapshot() ?? STARTING, [personalizer])
  return useSyncExternalStore(subscribe, read, starting)
}
