/** @module Test, then train: every case is predicted before a learner may see its answer. */
import type { EventName } from '../../src/core/events/event.ts'
import type { Example, IncrementalLearner } from '../../src/core/personal/learners/learner.ts'
import type { StrategyName } from '../../src/core/personal/strategy.ts'
import { DAY } from '../../src/core/time.ts'
import type { StreamCase } from './stream.ts'

/** When to learn. */
export interface Policy {
  readonly name: StrategyName
  /** Whether all that waits is learned now that `event` came as the `pending`-th; else at day's end. */
  learnsNow(event: EventName, pending: number): boolean
  /** After this many cases, what was learned is gone over again together; 0: never. */
  readonly reviewAfter: number
}

export interface PrequentialRun {
  /** Probabilities of each case's candidates, in the stream's order. */
  readonly probabilities: readonly Float32Array[]
  /** How often the learner changed. */
  readonly updates: number
  /** Examples learned, an example learned twice counted twice. */
  readonly learned: number
  readonly milliseconds: number
}

/** @param clock milliseconds; for measuring cost. */
export function runPrequential(
  stream: readonly StreamCase[],
  learner: IncrementalLearner,
  policy: Policy,
  clock: () => number,
): PrequentialRun {
  const started = clock()
  const probabilities: Float32Array[] = []
  let pending: StreamCase[] = []
  let lately: StreamCase[] = []
  let updates = 0
  let learned = 0
  const learn = (cases: readonly StreamCase[]) => {
    const batch: Example[] = cases.flatMap(({ examples }) => [...examples])
    learner.learn(batch)
    updates++
    learned += batch.length
  }
  const flush = () => {
    if (pending.length === 0) return
    learn(pending)
    lately.push(...pending)
    pending = []
    if (policy.reviewAfter === 0 || lately.length < policy.reviewAfter) return
    learn(lately)
    lately = []
  }
  for (const [index, one] of stream.entries()) {
    if (index > 0 && dayOf(one) !== dayOf(stream[index - 1])) flush()
    probabilities.push(Float32Array.from(one.examples, ({ x }) => learner.predict(x)))
    pending.push(one)
    if (policy.learnsNow(one.event, pending.length)) flush()
  }
  return { probabilities, updates, learned, milliseconds: clock() - started }
}

function dayOf({ time }: StreamCase): number {
  return Math.floor(time / DAY)
}
