/**
 * @module Experiment: does a shopper's own fit to choices from slates predict the next choice? Shared weights and
 * priors come from the other half of the training shoppers. Held-out shoppers are left alone.
 */
import { basename } from 'node:path'
import { logLikelihood } from '@nearside/core/learning/likelihood.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { createWasmEngine } from '@nearside/engine/wasm/wasmEngine.ts'
import { Rows } from '@nearside/evaluate/rows.ts'
import { step } from '@nearside/evaluate/steps.ts'
import { foldOf, isHeldOut } from '@nearside/train/holdout.ts'
import { ndcg, placesOf } from '@nearside/train/metrics.ts'
import { type Experiment, HOLDOUT } from '../experiment.ts'
import { type AskedRow, answer } from './answer.ts'
import { type Chooser, choicesOf } from './choices.ts'
import { columnsOf, FEATURE_GROUPS, type FeatureGroup, PLACE_COLUMNS } from './features.ts'
import { BASE_NAMES, type BaseName, type Learned, learn, withNext } from './learn.ts'
import { readSlates } from './log.ts'
import { fitOffsets, type Prepared, partOf, prepare, sharedScores, trustOf } from './own.ts'

/** Seed of the halves; the hold-out uses another, so the halves are independent of it. */
const HALVES_SEED = 7
const HALVES = [0, 1] as const

/** Shoppers who teach, and shoppers who are asked. */
interface Split {
  readonly taught: readonly Chooser[]
  readonly asked: readonly Chooser[]
}

export type LearnedBases = Readonly<Record<BaseName, Learned>>

export const experiment: Experiment = experimentOn(
  'a shopper’s own fit to choices from slates, over shared weights, with and without habits',
  (choosers, isKeptBack) => {
    const training = choosers.filter(({ id }) => !isKeptBack(id))
    const halves = HALVES.map((half) =>
      training.filter(({ id }) => foldOf(id, HALVES.length, HALVES_SEED) === half),
    )
    return HALVES.map((half) => ({ taught: halves[1 - half], asked: halves[half] }))
  },
)

/** Experiment on a log of slates. @param splitsOf chooses who teaches and who is asked */
export function experimentOn(
  asks: string,
  splitsOf: (
    choosers: readonly Chooser[],
    isKeptBack: (shopper: string) => boolean,
  ) => readonly Split[],
): Experiment {
  return {
    asks,
    async run({ question, seed }, steps) {
      const { shoppers, unclear } = await readSlates(question.shop)
      const isKeptBack = (id: string) => isHeldOut(id, HOLDOUT.fraction, seed)
      const splits = splitsOf(shoppers.map(choicesOf), isKeptBack)
      const engine = await createWasmEngine()
      const rows = new Rows<AskedRow>()
      const learned: LearnedBases[] = []
      for (const { taught, asked } of splits) {
        const bases: Partial<Record<BaseName, Learned>> = {}
        for (const name of BASE_NAMES) bases[name] = await learn(engine, taught, name, steps)
        const all = bases as LearnedBases
        learned.push(all)
        for (const [done, chooser] of withNext(asked).entries()) {
          if (done % 50 === 0) await step(steps, 'testing', done, asked.length)
          await test(engine, chooser, all, rows)
        }
      }
      return answer(rows, { shop: basename(question.shop), seed, unclear, learned })
    },
  }
}

/** Puts the rows of a shopper's choices but the first. */
async function test(
  engine: Engine,
  chooser: Chooser,
  learned: LearnedBases,
  rows: Rows<AskedRow>,
): Promise<void> {
  const { id, choices } = chooser
  const prepared = BASE_NAMES.map((name) => ({ name, own: prepare(chooser, learned[name].pooled) }))
  for (let next = 1; next < choices.length; next++) {
    const { isSameList, isSameSession, isByPrice, chosen } = choices[next]
    rows.begin({ shopper: id, choices: choices.length, isSameList, isSameSession, isByPrice })
    for (const { name, own } of prepared) {
      const arms = await scoresOf(engine, own, next, name, learned[name])
      for (const [arm, scores] of Object.entries(arms)) {
        const places = placesOf(scores, [chosen])
        rows.put({ arm, metric: 'mrr' }, 1 / (places[0] + 1))
        rows.put({ arm, metric: 'ndcg@10' }, ndcg(places, 10))
        rows.put({ arm, metric: 'nll' }, -logLikelihood(scores, [chosen]))
      }
    }
  }
}

/** Scores of choice `next` by each arm of a base. */
async function scoresOf(
  engine: Engine,
  own: Prepared,
  next: number,
  name: BaseName,
  { pooled, priors }: Learned,
): Promise<Record<string, Float32Array>> {
  const shared = sharedScores(own, next)
  const place = pooled.weights.map((weight, f) =>
    PLACE_COLUMNS.has(f) ? weight * pooled.scale[f] : 0,
  )
  const ofPlace = partOf(own, next, place)
  const placeless = shared.map((score, k) => score - ofPlace[k])
  const arms: Record<string, Float32Array> = { [name]: shared, [`${name}; no place`]: placeless }
  const plus = (scores: Float32Array, offsets: Float32Array, fusion: number) => {
    const part = partOf(own, next, offsets)
    return scores.map((score, k) => score + fusion * trustOf(next) * part[k])
  }
  for (const [kind, { variance, fusion }] of Object.entries(priors)) {
    const offsets = await fitOffsets(engine, own, next, variance)
    arms[`${name} + ${kind}`] = plus(shared, offsets, fusion)
    if (kind !== 'each') continue
    const without = offsets.map((offset, f) => (PLACE_COLUMNS.has(f) ? 0 : offset))
    arms[`${name} + each; own place left out`] = plus(shared, without, fusion)
    arms[`${name} + each; no place`] = plus(placeless, without, fusion)
    if (name !== 'slate') continue
    for (const group of Object.keys(FEATURE_GROUPS) as FeatureGroup[]) {
      const columns = new Set(columnsOf([group]))
      const alone = variance.map((v, f) => (columns.has(f) ? v : 0))
      if (!alone.some((v) => v > 0)) continue
      const some = await fitOffsets(engine, own, next, alone)
      arms[`${name} + each; ${group} alone`] = plus(shared, some, fusion)
    }
  }
  return arms
}
