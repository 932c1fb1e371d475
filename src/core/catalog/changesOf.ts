/**
 * @module Computes the changes between two states of a catalog. Pages, which load only `live.ts`, don't need this code.
 */
import type { Item } from './item.ts'
import type { LiveChanges, LiveValues } from './live.ts'

export const valuesOf = ({ id, price, regularPrice, sale, available }: Item): LiveValues => ({
  ...{ id, price, regularPrice, sale },
  available: available === false ? false : undefined,
})

/** Whether the items name two different currencies. */
export const isInOther = (item: Item, next: Item): boolean =>
  item.currency !== undefined && next.currency !== undefined && item.currency !== next.currency

export function changesOf(published: readonly Item[], current: readonly Item[]): LiveChanges {
  const now = new Map(current.map((item) => [item.id, item]))
  const before = new Set(published.map(({ id }) => id))
  const changed = published.flatMap((item) => {
    const other = now.get(item.id)
    if (!other) return []
    // Without a usual price in the new feed, 0 is written, because an absent `regularPrice` would keep the old one.
    const { regularPrice = item.regularPrice && 0 } = other
    const { currency } = other
    const moved = isInOther(item, other) && { currency }
    const values = { ...valuesOf({ ...other, regularPrice }), ...moved }
    return JSON.stringify(values) === JSON.stringify(valuesOf(item)) ? [] : values
  })
  return {
    changed,
    gone: published.flatMap(({ id }) => (now.has(id) ? [] : id)),
    added: current.filter(({ id }) => !before.has(id)),
  }
}
