/**
 * @module Code for a base model with context terms (weather, discount): today's discounts, and reasons that name the
 * context. A device loads this code only for such a model.
 */
import type { Catalog } from '@nearside/core/catalog/catalog.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { discountOf } from '@nearside/core/model/prices.ts'

export { contextTerms, withContextReasons } from '@nearside/core/ranking/contextReasons.ts'

/** Today's discounts, one for each item of the model. */
export const discountsOf = (model: BaseModel, catalog: Catalog): Float32Array =>
  Float32Array.from(model.itemIds, (_, row) => discountOf(model, catalog, row))
