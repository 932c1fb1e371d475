/** @module A model that some items were kept from, and the whole shop beside it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NearsideError } from '../../src/core/error.ts'
import { type Loaded, load, parseDate, type Question } from '../../src/evaluate/load.ts'
import { type Steps, step } from '../../src/evaluate/steps.ts'
import { publishModel } from '../../src/train/models/publish.ts'
import { requireSequences } from '../../src/train/plan.ts'
import { pretrain } from '../../src/train/pretrain.ts'
import { readShop } from '../../src/train/shop/read.ts'
import { HOLDOUT } from '../experiment.ts'
import { withholdItems } from './withhold.ts'

/** Of the items, kept from training. */
const WITHHELD = 0.05

export interface LoadedWithout extends Loaded {
  /** Rows of the model that training knew; the withheld ones follow. */
  readonly known: number
}

/** Trains in a folder that goes again; the withheld items join the model by their content. */
export async function trainWithout(
  question: Question,
  seed: number,
  steps: Steps,
): Promise<LoadedWithout> {
  const { protocol, until, now } = question
  const leaveOneOut = protocol === 'leave-one-out'
  if (until === undefined && !leaveOneOut)
    throw new NearsideError('input-invalid', 'give --until DATE, or --protocol leave-one-out')
  const shop = await readShop(question.shop, now)
  if (leaveOneOut) requireSequences(shop)
  const trained = await pretrain(withholdItems(shop, WITHHELD, seed), {
    seed,
    holdout: HOLDOUT,
    until: until === undefined ? null : parseDate(until),
    leaveOneOut,
    judgeFeatures: false,
    now,
    onProgress: (...args) => steps.onProgress(...args),
    checkpoint: () => step(steps, 'training', 0, 0),
  })
  const model = await mkdtemp(join(tmpdir(), 'nearside-new-items-'))
  try {
    await publishModel(model, trained)
    const loaded = await load({ ...question, seed, model })
    return { ...loaded, known: trained.model.itemIds.length }
  } finally {
    await rm(model, { recursive: true, force: true })
  }
}
