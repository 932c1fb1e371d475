/** @module Discount of an item: natural logarithm of usual price ÷ price, ≥ 0. */
import type { Catalog } from '../../catalog/catalog.ts'
import type { BaseModel } from '../../model/baseModel.ts'
import { comparablePrice } from '../../model/comparablePrice.ts'
import { LEAST_DISCOUNT } from './context.ts'

type Known = Pick<BaseModel, 'itemIds' | 'manifest' | 'statistics'>

/** Discount of a model row relative to the price when the model was made; 0 if no price is known. */
export function discountOf(known: Known, catalog: Catalog, row: number): number {
  const { itemIds, statistics } = known
  const price = comparablePrice(known, catalog.get(itemIds[row]) ?? {})
  const discount = price === undefined ? 0 : statistics.logPrice[row] - Math.log(price)
  return discount >= LEAST_DISCOUNT ? discount : 0
}
