/** @module Maps a shop's events to the item rows of a model that was trained on an earlier catalog. */
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import type { ContextSource } from '@nearside/core/features/context/context.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { extendModel } from '@nearside/core/model/extend.ts'
import { withContext } from '@nearside/core/model/score.ts'
import { contextOf } from './context.ts'
import type { Shop } from './shop.ts'

/** Maps a shop to a model's rows. New items get rows after the model's own, with vectors from their content. */
export function inModelRows(trained: BaseModel, shop: Shop) {
  const model = extendModel(trained, shop.items)
  const rows = new Map(model.itemIds.map((id, row) => [id, row]))
  const rowOf = Int32Array.from(shop.items, ({ id }) => rows.get(id) ?? -1)
  if (rowOf.every((row, item) => row === item) && rows.size === rowOf.length) {
    const contexts = contextOf(shop)
    return { model: withContext(model, contexts), shoppers: shop.shoppers, contexts }
  }
  const contexts = contextInRows(contextOf(shop), rowOf, rows.size)
  const shoppers = shoppersInRows(shop.shoppers, rowOf)
  return { model: withContext(model, contexts), shoppers, contexts }
}

/** Maps a shop to a model's rows, without the items that the model lacks. */
export function inRowsOf({ itemIds }: Pick<BaseModel, 'itemIds'>, shop: Shop): Shop {
  const rows = new Map(itemIds.map((id, row) => [id, row]))
  const known = new Map(shop.items.map((item) => [item.id, item]))
  return {
    ...shop,
    items: itemIds.map((id) => known.get(id) ?? { id }),
    // Prices over time are left out, because they are stored by the shop's item rows, not the model's.
    prices: undefined,
    shoppers: shoppersInRows(
      shop.shoppers,
      Int32Array.from(shop.items, ({ id }) => rows.get(id) ?? -1),
    ),
  }
}

function shoppersInRows(shoppers: readonly ShopperHistory[], rowOf: Int32Array): ShopperHistory[] {
  return shoppers.map(({ id, interactions }) => ({
    id,
    interactions: interactions.flatMap((one) =>
      rowOf[one.item] < 0 ? [] : { ...one, item: rowOf[one.item] },
    ),
  }))
}

function contextInRows(contexts: ContextSource, rowOf: Int32Array, items: number): ContextSource {
  return {
    at: contexts.at,
    discountsAt(time) {
      const given = contexts.discountsAt(time)
      if (!given) return null
      const discounts = new Float32Array(items)
      given.forEach((discount, item) => {
        if (rowOf[item] >= 0) discounts[rowOf[item]] = discount
      })
      return discounts
    },
  }
}
