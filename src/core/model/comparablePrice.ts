/** @module Prices that are comparable with the model's prices. */
import type { Item } from '../catalog/item.ts'
import type { BaseModel } from './baseModel.ts'

/** Price above 0; undefined if the item has none, or if its currency differs from the model's. */
export function comparablePrice(
  { manifest }: Pick<BaseModel, 'manifest'>,
  { price = 0, currency = manifest.currency }: Pick<Item, 'price' | 'currency'>,
): number | undefined {
  const isOther = manifest.currency !== undefined && currency !== manifest.currency
  return price > 0 && !isOther ? price : undefined
}
