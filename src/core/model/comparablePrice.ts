/** @module What a catalog's prices say to a model that was made of others. */
import type { Item } from '../catalog/item.ts'
import type { BaseModel } from './baseModel.ts'

/** Above 0; undefined where there is none, or where it is in another currency than the model's. */
export function comparablePrice(
  { manifest }: Pick<BaseModel, 'manifest'>,
  { price = 0, currency = manifest.currency }: Pick<Item, 'price' | 'currency'>,
): number | undefined {
  const isOther = manifest.currency !== undefined && currency !== manifest.currency
  return price > 0 && !isOther ? price : undefined
}
