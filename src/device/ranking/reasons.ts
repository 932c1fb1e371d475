/**
 * @module Why an item is where it is. The score is a sum; each summand, less its mean over
 * the catalog (which moves no item), says how much it lifted this one. The largest names the
 * reason, so that a reason is never a story made up afterwards. For an item that stands higher than
 * for everybody, what counts is the difference from everybody's score: a bestseller's summands are
 * no reason for its rise.
 */
import type { Catalog } from '../../core/catalog/catalog.ts'
import { neighboursOf } from '../../core/features/coldStart.ts'
import { contextValue } from '../../core/features/context/context.ts'
import { type ContextFeature, computeContext } from '../../core/features/context/contextFeatures.ts'
import { FEATURE_COUNT, FEATURES, type FeatureGroup } from '../../core/features/features.ts'
import type { History } from '../../core/features/history.ts'
import { INTEREST_HALF_LIFE } from '../../core/features/interest.ts'
import { type PastInteraction, profileOf } from '../../core/features/profile.ts'
import { searchLifts } from '../../core/features/searches.ts'
import {
  type BaseModel,
  type ContextTerm,
  DIMENSION,
  type PersonalParameters,
} from '../../core/model/baseModel.ts'
import { multiply } from '../../core/model/multiply.ts'
import type { ScoreTerms } from '../../core/model/score.ts'
import { treesParts } from '../../core/model/trees.ts'
import { onceFor } from '../../core/onceFor.ts'
import type { Explanation, Reason } from '../apiLists.ts'
import { columnMeans, type FeatureRows } from './featureRows.ts'
import { signalsOf } from './learned.ts'
import { createTasteSource } from './tasteSource.ts'

/** What a group of features is called in a reason; price closeness is taste, a price is not. */
const KIND_OF_GROUP: Readonly<Record<FeatureGroup, Kind>> = {
  cooccurrence: 'because',
  own: 'own',
  interaction: 'own',
  category: 'category',
  price: 'taste',
  popularity: 'popular',
  catalog: 'popular',
}

/** The shop's rules are no term of the model. */
type Kind = Exclude<Explanation['contributions'][number]['kind'], 'rules'>

/** Of equal lifts the first one counts. */
const PLACE: Readonly<Record<Kind, number>> = {
  because: 0,
  own: 1,
  category: 2,
  taste: 3,
  popular: 4,
  context: 5,
  offer: 6,
  searched: 7,
  learners: 8,
}
const KINDS = Object.keys(PLACE) as readonly Kind[]
const PLACE_OF_FEATURE = FEATURES.map(({ group }) => PLACE[KIND_OF_GROUP[group]])

/**
 * @param rose whether the item stands higher than in the base order
 * @param isWorn of a reason that the list has given often enough: another one is preferred that is
 * nearly as good
 */
export type Explain = (row: number, rose: boolean, isWorn?: (reason: Reason) => boolean) => Reason

/** Share of the largest term that another one must have to be named instead. */
const NEARLY_AS_GOOD = 0.4

export interface Explainer {
  readonly explain: Explain
  /** What each kind of term adds to the item's score beyond its mean over the catalog. */
  readonly contributions: (row: number) => Explanation['contributions']
}

/** What the scores were made from. */
export interface ExplainedTerms extends Pick<ScoreTerms, 'hidden' | 'candidates'> {
  readonly features: FeatureRows
}

interface Explained {
  readonly model: BaseModel
  readonly catalog: Catalog | null
  readonly history: History
  readonly now: number
  readonly terms: ExplainedTerms
  /** Features of nobody in particular. */
  readonly baseFeatures: FeatureRows
  readonly personal: PersonalParameters | null
  readonly fusionWeight: number
  /** What learners that reorder the best candidates add to the score; they add nothing in sum. */
  readonly learnersLift: (row: number) => number
}

export function createExplainer(given: Explained): Explainer {
  const { model, catalog, history, now, terms, baseFeatures, personal, fusionWeight } = given
  const { learnersLift } = given
  const items = model.itemIds.length
  const lambda = personal ? fusionWeight : 0
  const { interactions, owned } = profileOf(history, now)
  // Whoever touched nothing yet is scored as everybody, by popularity alone; see `scoreTerms`.
  const known = interactions.length > 0
  const shared = known ? model.featureWeights : new Float32Array(FEATURE_COUNT)
  const everybody = known ? model.bias : model.statistics.popularity30
  const weights = shared.map((w, f) => w + lambda * (personal?.w[f] ?? 0))
  const encoded = known ? multiply(model.projection, terms.hidden) : new Float32Array(DIMENSION)
  const taste = encoded.map((value, j) => value + lambda * (personal?.u[j] ?? 0))
  const vectorMean = meanVector(model.itemVectors)
  const everybodyMean = meanOf(everybody)
  const treesLift = createTreesLift(model, terms)
  const searched = searchLifts(model.statistics, history, now)
  const searchedMean = [...searched.values()].reduce((sum, { lift }) => sum + lift, 0) / items
  const contextual = contextTerms(model, history, now)
  const bought = new Set(owned.map(({ item }) => item))
  const signals = signalsOf(history, now)
  const tasteSource = createTasteSource(
    model,
    history,
    now,
    interactions,
    encoded,
    taste,
    vectorMean,
  )

  /** In the order of `KINDS`. */
  const lifts = (row: number, rose: boolean): Float64Array => {
    const lift = new Float64Array(KINDS.length)
    lift[PLACE.popular] = rose ? 0 : everybody[row] - everybodyMean
    lift[PLACE.searched] = (searched.get(row)?.lift ?? 0) - searchedMean
    lift[PLACE.learners] = learnersLift(row)
    const features = terms.features.of(row)
    const everybodysFeatures = rose ? baseFeatures.of(row) : null
    const [featureMeans, baseMeans] = [terms.features.means, baseFeatures.means]
    for (let f = 0; f < FEATURE_COUNT; f++) {
      const everybodys = everybodysFeatures ? shared[f] * (everybodysFeatures[f] - baseMeans[f]) : 0
      const own = weights[f] * (features[f] - featureMeans[f])
      lift[PLACE_OF_FEATURE[f]] += own - everybodys
    }
    for (let j = 0, at = row * DIMENSION; j < DIMENSION; j++, at++) {
      lift[PLACE.taste] += taste[j] * (model.itemVectors[at] - vectorMean[j])
    }
    for (const [kind, amount] of treesLift(row)) lift[PLACE[kind]] += amount
    for (const { feature, column, weight, mean } of contextual) {
      const isEverybodys = feature.form === 'lift' || feature.form === 'discount'
      if (rose && isEverybodys) continue
      lift[PLACE[contextKind(feature)]] += weight * (column[row] - mean)
    }
    return lift
  }

  return {
    contributions(row) {
      const lift = lifts(row, false)
      return KINDS.map((kind, k) => ({ kind, amount: lift[k] })).sort((a, b) => b.amount - a.amount)
    },
    explain,
  }

  function explain(row: number, rose: boolean, isWorn = (_: Reason) => false): Reason {
    if (history.length === 0 && contextual.length === 0) return everybodysReason(model, row)
    // Whole categories are explained at once: nothing is sorted.
    const lift = lifts(row, rose)
    let first: Reason | null = null
    let least = 0
    for (;;) {
      const most = KINDS.reduce((best, _, k) => (lift[k] > lift[best] ? k : best), 0)
      if (!(lift[most] > least)) return first ?? everybodysReason(model, row)
      const reason = describe(KINDS[most], row)
      if (reason && !isWorn(reason)) return reason
      if (reason && !first) {
        first = reason
        least = NEARLY_AS_GOOD * lift[most]
      }
      lift[most] = 0
    }
  }

  /** Null where the words would not be true of this item, e.g. it has no category. */
  function describe(kind: Kind, row: number): Reason | null {
    const becauseOf = (item: number): Reason | null => {
      const signal = signals.get(item)
      return signal ? { kind: 'because', item: model.itemIds[item], signal } : null
    }
    switch (kind) {
      case 'own':
        if (bought.has(row)) return { kind: 'bought-before' }
        return becauseOf(row)
      case 'because': {
        const source = strongestTie(model, interactions, row)
        if (source === null) return null
        if (countsViews(model)) return becauseOf(source)
        return { kind: 'bought-together', item: model.itemIds[source] }
      }
      case 'searched': {
        const search = searched.get(row)
        return search ? { kind, query: search.query, found: search.found } : null
      }
      case 'category': {
        const category = catalog?.get(model.itemIds[row])?.category
        return category ? { kind: 'category', category } : null
      }
      case 'context':
        return strongestContext(contextual, row)
      case 'popular':
        return everybodysReason(model, row)
      case 'taste': {
        const source = tasteSource(row)
        if (!source) return { kind }
        // To go with itself would say nothing.
        const because = source.alone || source.item === row ? becauseOf(source.item) : null
        return because ?? { kind, item: model.itemIds[source.item] }
      }
      case 'offer':
        return { kind }
      // They weigh all terms anew; the next largest says what it is about.
      case 'learners':
        return null
    }
  }
}

interface ShownContext extends ContextTerm {
  /** Raw values, [N]. */
  readonly column: Float32Array
  readonly mean: number
  /** What the kind of context is now, for words. */
  readonly value: string | undefined
}

function contextTerms(model: BaseModel, history: History, now: number): ShownContext[] {
  const { context, statistics } = model
  if (!context) return []
  const { contexts, terms } = context
  const features = terms.map(({ feature }) => feature)
  return computeContext(features, statistics, history, now, contexts).map((column, c) => ({
    ...terms[c],
    column,
    mean: column.reduce((sum, value) => sum + value, 0) / Math.max(1, column.length),
    value: contextValue(terms[c].feature.kind, now, contexts),
  }))
}

function contextKind({ form }: ContextFeature): 'context' | 'offer' {
  return form === 'discount' || form === 'discountTouched' ? 'offer' : 'context'
}

/** The kind of context that lifts the item most; null where none does. */
function strongestContext(terms: readonly ShownContext[], row: number): Reason | null {
  let strongest: Reason | null = null
  let most = 0
  for (const { feature, column, mean, value, weight } of terms) {
    const lift = weight * (column[row] - mean)
    if (value === undefined || lift <= most || contextKind(feature) !== 'context') continue
    most = lift
    strongest = { kind: 'context', name: feature.kind, value }
  }
  return strongest
}

/** What the trees add to an item beyond their mean over the catalog, by the kinds of what they ask. */
function createTreesLift(
  { trees, itemIds }: BaseModel,
  { candidates, features }: ExplainedTerms,
): (row: number) => readonly (readonly [Kind, number])[] {
  const all = new Set(candidates)
  const partsOf = (row: number) =>
    trees && all.has(row) ? treesParts(trees, features.of(row), 0) : null
  let means: Float64Array | null = null
  return (row) => {
    if (candidates.length === 0) return []
    if (!means) {
      means = new Float64Array(FEATURE_COUNT)
      // In one order, however they were found.
      for (const item of candidates.toSorted((a, b) => a - b))
        for (const [f, part] of partsOf(item)?.entries() ?? []) means[f] += part / itemIds.length
    }
    const parts = partsOf(row)
    return FEATURES.map(({ group }, f) => [
      KIND_OF_GROUP[group],
      (parts?.[f] ?? 0) - (means?.[f] ?? 0),
    ])
  }
}

/** Whether what goes together is counted from looks as well; else from orders alone. */
export function countsViews({ manifest }: BaseModel): boolean {
  const counted = manifest.features.filter(({ kept }) => kept).map(({ name }) => name)
  return FEATURES.some(({ name, group }) => group === 'interaction' && counted.includes(name))
}

/** The item of the history whose neighbour list pulls hardest on `row`. */
function strongestTie(
  model: BaseModel,
  interactions: readonly PastInteraction[],
  row: number,
): number | null {
  const { neighboursPerItem, neighbourItems, neighbourWeights, coldStart } = model.statistics
  const wanted = new Map(neighboursOf(row, coldStart))
  let strongest: number | null = null
  let pull = 0
  for (const { item, strength, age } of interactions) {
    if (item === row) continue
    let tie = 0
    for (const [source, part] of neighboursOf(item, coldStart)) {
      const end = (source + 1) * neighboursPerItem
      for (let k = source * neighboursPerItem; k < end && neighbourWeights[k] > 0; k++)
        tie += part * neighbourWeights[k] * (wanted.get(neighbourItems[k]) ?? 0)
    }
    const weight = tie * strength * 2 ** (-age / INTEREST_HALF_LIFE)
    if (weight > pull) {
      pull = weight
      strongest = item
    }
  }
  return strongest
}

/** What is true of an item whoever asks: nobody can have made popular what nobody was counted for. */
export function everybodysReason({ statistics }: BaseModel, row: number): Reason {
  const { coldStart, popularityAll } = statistics
  const isNew = coldStart && row >= coldStart.from && popularityAll[row] === 0
  return { kind: isNew ? 'new' : 'popular' }
}

/** Of what stays the same as long as the model does: half of the time that scores take. */
const meanVector = onceFor((vectors: Float32Array) => columnMeans(vectors, DIMENSION))
const meanOf = onceFor((values: Float32Array) => columnMeans(values, 1)[0])
