/** @module Devices of a simulated round and their updates; each plays a shopper with events in one part of the log. */
import { quantize } from '@nearside/aggregate/privacy/quantize.ts'
import { integerClipNorm } from '@nearside/aggregate/protocol/policy.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import type { History } from '@nearside/core/features/history.ts'
import { SHARED_LENGTH, sharedDelta } from '@nearside/core/learning/sharedUpdate.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { inRandomOrder, type Random } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { type Steps, step } from '@nearside/evaluate/steps.ts'
import { type Attack, poisoned } from './forge.ts'
import type { Plan } from './plan.ts'
import type { Participant } from './playRound.ts'
import { branch, seededBytes } from './seeded.ts'

/** Participants of a round, one per device. If there are fewer shoppers, several devices play the same one. */
export function participantsOf(
  active: readonly ShopperHistory[],
  devices: number,
  model: BaseModel,
  end: number,
  random: Random,
): Participant[] {
  const known = new Map<string, Float32Array>()
  const updateOf = ({ id, interactions }: ShopperHistory, now: number) => {
    // Whole days between the device's time and the end of its part of the log, so that updates can be cached.
    const days = Math.round((now - end) / DAY)
    const key = `${days} ${id}`
    const history = interactions.filter(({ time }) => time < end)
    const update = known.get(key) ?? sharedDelta(model, history, end + days * DAY)
    known.set(key, update)
    return update
  }
  const order = inRandomOrder(active, random)
  return Array.from({ length: devices }, (_, i) => {
    const shopper = order[i % order.length]
    const name = `${shopper.id} ${Math.floor(i / order.length)}`
    return { name, update: (now) => updateOf(shopper, now) }
  })
}

/** Sum of the quantised updates of devices that bypass the servers, in steps of the scale. */
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
  const sum = new Float64Array(SHARED_LENGTH)
  const honest = rest.all - rest.vanishing - rest.hostile
  for (const [i, { update }] of participants.slice(0, restCounted).entries()) {
    if (i % 100 === 0) await step(steps, `${label}: further devices`, i, restCounted)
    const own = update(end)
    const passes = attack === 'flip' || attack === 'promote'
    const sent = passes && i >= honest ? poisoned(attack, own, promoted, clipNorm) : own
    const quantized = quantize(sent, scale, integerClipNorm(parameters), bytes)
    quantized.forEach((x, j) => {
      sum[j] += x
    })
  }
  return sum
}

/** History of a shopper who buys one product again and again. */
export function fakeHistory(item: number, now: number): History {
  return Array.from({ length: 20 }, (_, n) => ({
    ...{ item, name: 'purchase' as const, session: `order ${n}` },
    time: now - (20 - n) * DAY,
  }))
}
