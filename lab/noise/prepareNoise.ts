/** @module What the noise experiment needs of a shop: whose logs, which items, what is usual. */

import { NearsideError } from '../../src/core/error.ts'
import { learnUsual, type Usual } from '../../src/core/events/clean/outliers.ts'
import type { ShopperHistory } from '../../src/core/features/cases.ts'
import type { Case } from '../../src/core/features/history.ts'
import { createRandom, inRandomOrder } from '../../src/core/model/random.ts'
import { type EvaluationInput, selectCases } from '../../src/evaluate/cases.ts'
import { CLEANERS, type CleanerName } from './cleaners.ts'
import type { NoiseSetting } from './noisyWalk.ts'
import { addMisclicks, addScripts, browse, type NoisyLog } from './simulate.ts'

/** Ways of cleaning whose effect on ranking is walked; detection compares all. */
const WALKED: readonly CleanerName[] = ['none', 'rules', 'rules + IQR + forest']

/** Shoppers of each side: a walk a setting is made of the tested ones. */
const MOST_SHOPPERS = 200

/** Every tenth device is visited by the scripts, too: rare enough that they are not what is usual. */
export function isScripted(place: number): boolean {
  return place % 10 === 0
}

export interface NoiseShopper {
  readonly shopper: ShopperHistory
  readonly cases: readonly Case[]
}

/** The log as it came, then each share with each way of cleaning. */
export function noiseSettings(shares: readonly number[]): NoiseSetting[] {
  return [
    { share: 0, cleaner: 'none' },
    { share: 0, cleaner: 'rules + IQR + forest' },
    ...shares.flatMap((share) => WALKED.map((cleaner) => ({ share, cleaner }))),
  ]
}

/** @throws NearsideError `input-invalid` for a log of days: nothing in it has a duration. */
export function noiseShoppers(input: EvaluationInput): NoiseShopper[] {
  if (input.dayOnly)
    throw new NearsideError(
      'input-invalid',
      'the noise protocol needs a log with times: this one knows days only',
    )
  const byId = new Map(input.shoppers.map((shopper) => [shopper.id, shopper]))
  const selected = selectCases(input).flatMap((cases) => {
    const shopper = byId.get(cases[0].shopper)
    return shopper ? [{ shopper, cases }] : []
  })
  return sample(selected, input.seed)
}

/** What training shoppers did before the test: what lists show, and what is usual. */
export function shopLog(input: EvaluationInput) {
  const training = input.shoppers
    .filter(({ id }) => !input.isHeldOut(id))
    .map(({ id, interactions }) => ({
      id,
      interactions: interactions.filter(({ time }) => time < input.until),
    }))
    .filter(({ interactions }) => interactions.length > 0)
  const bought = training.flatMap(({ interactions }) => interactions.map(({ item }) => item))
  const draw = (place: number) => bought[Math.floor(place * bought.length)]
  const usualOf = (share: number, scripts: boolean): Usual => {
    const logs = sample(training, input.seed).map((shopper, k) =>
      noisyLog(shopper, share, scripts && isScripted(k), draw, input.seed + 104_729 * (k + 1)),
    )
    // After the rules: quartiles of a log in which a quarter is noise are the noise's.
    // Sessions of different shoppers may share a name: the demo shop's are order numbers, scripts' are not.
    const events = logs.flatMap(({ events: own }, k) =>
      CLEANERS.rules(own).events.map((event) => ({ ...event, session: `${k} ${event.session}` })),
    )
    return learnUsual(events, createRandom(input.seed))
  }
  return { draw, usualOf }
}

/** @param scripts whether they visit this device, too. */
export function noisyLog(
  { id, interactions }: ShopperHistory,
  share: number,
  scripts: boolean,
  draw: (place: number) => number,
  seed: number,
): NoisyLog {
  const random = createRandom(seed)
  const log = addMisclicks(
    browse(id, interactions, random),
    share,
    () => draw(random.next()),
    random,
  )
  return scripts ? addScripts(log, () => draw(random.next()), random) : log
}

function sample<T>(all: readonly T[], seed: number): T[] {
  return inRandomOrder(all, createRandom(seed)).slice(0, MOST_SHOPPERS)
}
