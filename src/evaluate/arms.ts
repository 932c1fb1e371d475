/** @module The compared rankings (arms), from the cheapest to the model that ships, and the pairs to compare. */

/** Description of each arm in one line, in the sequence of the reports. */
export const ARM_MEANINGS = {
  popular: 'most shoppers ever',
  'popular-30d': 'most shoppers in the last 30 days',
  'last-viewed':
    'the items of the history, the last one first, filled up with popular-30d; no parameter',
  'recently-viewed': "the shopper's own decayed counts, filled up with popular-30d",
  'item-knn': 'neighbours of the own history, decayed, filled up with popular-30d',
  'session-knn':
    'the nearest past visits or shoppers, and the own history, filled up with popular-30d',
  ease: 'closed-form linear weights between items (EASE), the own history, filled up with popular-30d',
  ewma: 'exponentially weighted mean of item vectors, times popular-30d',
  'base-stale': "the base model, not knowing the shopper's most recent session",
  'base-fresh': 'the base model, knowing everything up to the case; no learning',
  personal: 'what ships: base-fresh + what the device learned, fused and guarded',
  'naive-finetune': 'the same parameters fitted without prior, fusion or guard',
} as const

export type ArmName = keyof typeof ARM_MEANINGS

export const ARMS = Object.keys(ARM_MEANINGS) as readonly ArmName[]

/** Arms that don't learn on a device; with these alone, testing tens of thousands of shoppers takes minutes. */
export const BASE_ARMS = ARMS.slice(0, ARMS.indexOf('personal'))

/** Baselines that only count interactions. All are tested, since only a test shows which is best. */
export const COUNTING_ARMS = [
  'last-viewed',
  'recently-viewed',
  'item-knn',
  'session-knn',
  'ease',
] as const

export type CountingArm = (typeof COUNTING_ARMS)[number]

/** Arms in the report's table of NDCG@10 by the position of an event in its visit. */
export const VISIT_ARMS = [
  'popular-30d',
  'recently-viewed',
  'base-stale',
  'base-fresh',
  'personal',
] as const satisfies readonly ArmName[]

export type BaselineName = CountingArm | 'popular' | 'popular-30d' | 'ewma'

export function eachCounting<T>(of: (arm: CountingArm) => T): Readonly<Record<CountingArm, T>> {
  return Object.fromEntries(COUNTING_ARMS.map((arm) => [arm, of(arm)])) as Record<CountingArm, T>
}

interface Rung {
  readonly arm: ArmName
  readonly over: ArmName
  /** What `arm` has and `over` lacks: the cause of the lift. */
  readonly source: string
}

/** Steps from one arm to the next; each step isolates one cause of the lift. */
export const LADDER: readonly Rung[] = [
  { arm: 'base-stale', over: 'popular-30d', source: 'a model that knows earlier sessions' },
  { arm: 'base-fresh', over: 'base-stale', source: 'the last session known too: fresh context' },
  { arm: 'personal', over: 'base-fresh', source: 'learning on the device' },
]

/** Simpler or cheaper alternatives that the shipped model must beat. */
export const OPPONENTS = ['popular-30d', ...COUNTING_ARMS, 'ewma', 'naive-finetune'] as const

export const FURTHER_LIFTS: readonly Omit<Rung, 'source'>[] = [
  ...(['base-fresh', 'personal'] as const).flatMap((arm) =>
    OPPONENTS.map((over) => ({ arm, over })),
  ),
  { arm: 'naive-finetune', over: 'base-fresh' },
]
