/** @module Compares the catalog's prices with those that the model knows. */
import type { Catalog } from '../catalog/catalog.ts'
import type { Item } from '../catalog/item.ts'
import { LEAST_DISCOUNT } from '../features/context/context.ts'
import type { BaseModel } from './baseModel.ts'

/** The item's price; undefined unless it is above 0 and in the model's currency. */
export function comparablePrice(
  { manifest }: Pick<BaseModel, 'manifest'>,
  { price = 0, currency = manifest.currency }: Pick<Item, 'price' | 'currency'>,
): number | undefined {
  const isOther = manifest.currency !== undefined && currency !== manifest.currency
  return price > 0 && !isOther ? price : undefined
}

type Known = Pick<BaseModel, 'itemIds' | 'manifest' | 'statistics'>

/** Discount of a row, ln(price when the model was made ÷ current price); 0 without a discount. */
export function discountOf(known: Known, catalog: Catalog, row: number): number {
  const { itemIds, statistics } = known
  const price = comparablePrice(known, catalog.get(itemIds[row]) ?? {})
  const discount = price === undefined ? 0 : statistics.logPrice[row] - Math.log(price)
  return discount >= LEAST_DISCOUNT ? discount : 0
}
