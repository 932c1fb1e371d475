/**
 * @module Makes the devices of a simulated round and their updates. Each device plays a shopper who has events in the
 * round's part of the log.
 */
import { quantize } from '@nearside/aggregate/privacy/quantize.ts'
import { integerClipNorm } from '@nearside/aggregate/protocol/policy.ts'
import { updateOf } from '@nearside/browser/contribution/update.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import type { History } from '@nearside/core/features/history.ts'
import { createCandidates } from '@nearside/core/learning/candidates.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { inRandomOrder, type Random } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { type Steps, step } from '@nearside/evaluate/steps.ts'
import { type Attack, poisoned } from './forge.ts'
import type { Plan } from './plan.ts'
import type { Participant } from './playRound.ts'
import { branch, seededBytes } from './seeded.ts'

interface Part {
  readonly terms: Parameters<typeof updateOf>[0]
  readonly model: BaseModel
  /** End of the round's part of the log, milliseconds since the epoch. */
  readonly end: number
  /** Number of earlier devices of each shopper. A device is replaced when it has sent all reports that it may send. */
  readonly generation: number
}

/** Participants of a round, one per device. If shoppers are too few, several devices play the same shopper. */
export function participantsOf(
  active: readonly ShopperHistory[],
  devices: number,
  { terms, model, end, generation }: Part,
  random: Random,
): Participant[] {
  const known = new Map<string, ArrayLike<number>>()
  const find = createCandidates(model)
  const update = ({ id, interactions }: ShopperHistory, now: number) => {
    // Rounds the device's time to whole days from `end`, so that updates can be cached.
    const days = Math.round((now - end) / DAY)
    const key = `${days} ${id}`
    const history = interactions.filter(({ time }) => time < end)
    const own = known.get(key) ?? updateOf(terms, model, history, end + days * DAY, find)
    known.set(key, own)
    return own
  }
  const order = inRandomOrder(active, random)
  return Array.from({ length: devices }, (_, i) => {
    const shopper = order[i % order.length]
    const name = `${shopper.id} ${Math.floor(i / order.length)} ${generation}`
    return { name, update: (now) => update(shopper, now) }
  })
}

/**
 * Sums the quantised updates (integers: update · scale) of the devices whose updates the simulation adds directly,
 * without servers. Devices with the same update get the same rounding.
 */
export async function addRest(
  participants: readonly Participant[],
  attack: Attack | null,
  promoted: ArrayLike<number>,
  { parameters, rest, restCounted }: Plan,
  end: number,
  random: Random,
  label: string,
  steps: Steps,
): Promise<Float64Array> {
  const { scale, clipNorm } = parameters
  const bytes = seededBytes(branch(random))
  const sum = new Float64Array(promoted.length)
  const honest = rest.all - rest.vanishing - rest.hostile
  const passes = attack === 'flip' || attack === 'promote'
  const alike = {
    honest: new Map<ArrayLike<number>, number>(),
    hostile: new Map<ArrayLike<number>, number>(),
  }
  for (const [i, { update }] of participants.slice(0, restCounted).entries()) {
    if (i % 100 === 0) await step(steps, `${label}: further devices`, i, restCounted)
    const own = update(end)
    const group = passes && i >= honest ? alike.hostile : alike.honest
    group.set(own, (group.get(own) ?? 0) + 1)
  }
  const add = (sent: ArrayLike<number>, devices: number) =>
    quantize(sent, scale, integerClipNorm(parameters), bytes).forEach((x, j) => {
      sum[j] += x * devices
    })
  for (const [own, devices] of alike.honest) add(own, devices)
  if (passes)
    for (const [own, devices] of alike.hostile)
      add(poisoned(attack, own, promoted, clipNorm), devices)
  return sum
}

export function fakeHistory(item: number, now: number): History {
  return Array.from({ length: 20 }, (_, n) => ({
    ...{ item, name: 'purchase' as const, session: `order ${n}` },
    time: now - (20 - n) * DAY,
  }))
}
