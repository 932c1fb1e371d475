/** @module How far below its usual price an item is: logarithm of the ratio, ≥ 0. */
import type { Catalog } from '../../catalog/catalog.ts'
import type { BaseModel } from '../../model/baseModel.ts'
import { comparablePrice } from '../../model/comparablePrice.ts'
import { LEAST_DISCOUNT } from './context.ts'

type Known = Pick<BaseModel, 'itemIds' | 'manifest' | 'statistics'>

/** Of a row of the model, from the price of when that was made; 0 where none is known. */
export function discountOf(known: Known, catalog: Catalog, row: number): number {
  const { itemIds, statistics } = known
  const price = comparablePrice(known, catalog.get(itemIds[row]) ?? {})
  const discount = price === undefined ? 0 : statistics.logPrice[row] - Math.log(price)
  return discount >= LEAST_DISCOUNT ? discount : 0
}
