/** @module Describes the parts that a base model has; `pretrain` omits parts that did not help. */
import { EVENT_WEIGHTS } from '@nearside/core/events/strength.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { isFromCatalog } from '@nearside/core/model/manifest.ts'

/** One sentence, without a full stop. */
export function describeBase({ trees, context, prior, manifest }: BaseModel): string {
  if (isFromCatalog({ manifest })) return 'the base model was made from the catalog alone'
  const parts = [
    trees ? `${trees.roots.length} trees` : 'no trees',
    context ? `${context.terms.length} terms of context` : 'no context',
  ]
  return `the base model has ${parts.join(' and ')}; ${describeLearning(prior)}`
}

function describeLearning(prior: BaseModel['prior']): string {
  if (prior.fusionWeight === 0) return 'its prior switches learning on the device off (λ 0)'
  const free = prior.variance.filter((v) => v > 0).length
  const { purchase, cart, view } = prior.eventWeights ?? EVENT_WEIGHTS
  const events = [purchase, cart, view].map((weight) => Number(weight.toPrecision(2))).join(' : ')
  return (
    `a device learns ${free} parameter${free === 1 ? '' : 's'}, λ ${Number(prior.fusionWeight.toPrecision(2))}, ` +
    `half-life ${Math.round(prior.halfLifeDays)} days, ` +
    `purchase : cart : view ${events} ${prior.eventWeights ? 'as learned' : 'by rule'}`
  )
}
