/** @module Splits off the training data: events before the training limit, of shoppers who are not held out. */
import { invalidInput } from '@nearside/core/error.ts'
import { type ShopperHistory, shopperBefore } from '@nearside/core/features/cases.ts'
import { DAY } from '@nearside/core/time.ts'
import { type Holdout, isOutOf } from './holdout.ts'
import type { Shop } from './shop/shop.ts'
import { formatDay } from './shop/time.ts'

export type Split = ReturnType<typeof splitShop>

const FEWEST_SHOPPERS = 10

/**
 * @param until exclusive limit of training in milliseconds; null for the end of the log
 * @param now milliseconds; a log that ends more than a day later has a wrong time column
 * @throws NearsideError `input-invalid`, naming the data that the log lacks
 */
export function splitShop(
  shop: Shop,
  until: number | null,
  holdout: Holdout,
  seed: number,
  now: number,
) {
  if (shop.items.length < 2)
    throw invalidInput(`the shop has ${shop.items.length} item: ranking needs at least two`)
  const limit = until ?? shop.to + 1
  if (Math.min(limit, shop.to) > now + DAY)
    throw invalidInput(
      `the log goes on until ${formatDay(shop.to)}, which is in the future: check its times`,
    )
  if (!(limit > shop.from))
    throw invalidInput(
      `nothing to train on: the log starts on ${formatDay(shop.from)}, after the limit`,
    )
  const isOut = isOutOf(holdout, seed)
  /** Training shoppers with their events before the training limit; each has at least one event. */
  const training: ShopperHistory[] = []
  let heldOut = 0
  /** Times of the first and last training event. */
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const shopper of shop.shoppers) {
    if (isOut(shopper.id)) {
      heldOut++
      continue
    }
    const before = shopperBefore(shopper, limit)
    const { interactions } = before
    if (interactions.length === 0) continue
    from = Math.min(from, interactions[0].time)
    to = Math.max(to, interactions[interactions.length - 1].time)
    training.push(before)
  }
  if (training.length < FEWEST_SHOPPERS) {
    const left = `${training.length} shopper${training.length === 1 ? '' : 's'}`
    throw invalidInput(
      `${left} before ${formatDay(limit)} to train on: at least ${FEWEST_SHOPPERS} are needed`,
    )
  }
  if (Math.floor(from / DAY) === Math.floor(to / DAY))
    throw invalidInput(
      `all events are on ${formatDay(from)}: learning what comes next needs at least two days; \`pretrain --catalog\` makes a model without a log`,
    )
  return { training, heldOut, until: limit, from, to }
}
