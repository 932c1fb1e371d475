/**
 * @module Trains and tests models, for an evaluation without `--model`. `--folds K` divides the shoppers into K parts,
 * and tests each part by a model that was trained without it. That tests every shopper, so intervals are narrower than
 * with one hold-out. `--seeds N` tests N models of different seeds on the same shoppers.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { foldOf, isOutOf, readHoldout } from '@nearside/train/holdout.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { withFolder } from '@nearside/train/withFolder.ts'
import type { Question } from './load.ts'
import { type PersonalResult, reportWalks, type Walked, walkHeldOut } from './personal.ts'
import type { Evaluated } from './report/report.ts'
import type { Steps } from './steps.ts'
import { DEFAULT_HOLDOUT, DEFAULT_SEED, trainModel } from './trainModel.ts'

interface Training {
  /** Number of parts of the shoppers; with 1, only the held-out shoppers are tested. */
  readonly folds: number
  /** Number of models for each part; their seeds are consecutive. */
  readonly seeds: number
  readonly learns: boolean
}

export async function evaluateTrained(
  asked: Omit<Question, 'model'>,
  { folds, seeds, learns }: Training,
  { onProgress, signal }: Steps,
): Promise<Evaluated<PersonalResult>> {
  const { seed = DEFAULT_SEED, holdout } = asked
  return withFolder(async (directory) => {
    /** Writes the shoppers of a part to a file, so that the models of all seeds hold out the same shoppers. */
    const holdOut = async (fold: number) => {
      if (folds === 1 && seeds === 1) return holdout
      const isOut =
        folds > 1
          ? (id: string) => foldOf(id, folds, seed) === fold
          : isOutOf(await readHoldout(holdout ?? DEFAULT_HOLDOUT), seed)
      const { shoppers } = await readShop(asked.shop, asked.now)
      const path = join(directory, `${fold}.txt`)
      const ids = shoppers.map(({ id }) => id).filter(isOut)
      await writeFile(path, ids.join('\n'))
      return path
    }
    const byFold: Walked[][] = []
    for (let fold = 0; fold < folds; fold++) {
      const here = { ...asked, holdout: await holdOut(fold) }
      const walks: Walked[] = []
      byFold.push(walks)
      for (let nth = 0; nth < seeds; nth++) {
        const place = [
          ...(folds > 1 ? [`fold ${fold + 1} of ${folds}: `] : []),
          ...(seeds > 1 ? [`seed ${nth + 1} of ${seeds}: `] : []),
        ].join('')
        const steps: Steps = {
          signal,
          onProgress: (label, done, total) => onProgress(place + label, done, total),
        }
        const model = join(directory, `${fold}-${nth}`)
        await mkdir(model)
        const until = await trainModel({ ...here, seed: seed + nth }, model, steps)
        const question = { ...here, seed, until, model }
        walks.push(await walkHeldOut(question, learns, steps, walks[0]?.tuned))
        await rm(model, { recursive: true })
      }
    }
    return reportWalks(byFold, learns)
  })
}
