/** @module How far below its usual price an item is: logarithm of the ratio, ≥ 0. */
import type { Catalog } from '../../catalog/catalog.ts'
import type { BaseModel } from '../../model/baseModel.ts'
import { LEAST_DISCOUNT } from './context.ts'

type Known = Pick<BaseModel, 'itemIds' | 'statistics'>

/** Of a row of the model, from the price of when that was made; 0 where none is known. */
export function discountOf({ itemIds, statistics }: Known, catalog: Catalog, row: number): number {
  const price = catalog.get(itemIds[row])?.price ?? 0
  const discount = price > 0 ? statistics.logPrice[row] - Math.log(price) : 0
  return discount >= LEAST_DISCOUNT ? discount : 0
}
