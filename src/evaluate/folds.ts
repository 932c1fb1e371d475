/**
 * @module `--folds K`: tests every shopper with a model that never saw them. Divides the shoppers into K parts and
 * trains K models, each without one part, then tests each model on its part. That gives K times the shoppers of a
 * single hold-out, so intervals are narrower by a factor of √K.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { foldOf } from '@nearside/train/holdout.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import type { Question } from './load.ts'
import { type PersonalResult, reportWalks, type Walked, walkHeldOut } from './personal.ts'
import type { Evaluated } from './report/report.ts'
import type { Steps } from './steps.ts'
import { DEFAULT_SEED, trainModel } from './trainModel.ts'

/** @param directory stores the models while they are tested. */
export async function evaluateFolds(
  asked: Omit<Question, 'model' | 'holdout'>,
  folds: number,
  directory: string,
  learns: boolean,
  { onProgress, signal }: Steps,
): Promise<Evaluated<PersonalResult>> {
  const { shoppers } = await readShop(asked.shop, asked.now)
  const seed = asked.seed ?? DEFAULT_SEED
  const walks: Walked[] = []
  for (let fold = 0; fold < folds; fold++) {
    const held = shoppers.filter(({ id }) => foldOf(id, folds, seed) === fold)
    const model = join(directory, String(fold))
    await mkdir(model)
    const holdout = join(directory, `${fold}.txt`)
    await writeFile(holdout, held.map(({ id }) => id).join('\n'))
    const place = `fold ${fold + 1} of ${folds}`
    const here: Steps = {
      signal,
      onProgress: (label, done, total) => onProgress(`${place}: ${label}`, done, total),
    }
    const until = await trainModel({ ...asked, holdout }, model, here)
    walks.push(await walkHeldOut({ ...asked, holdout, until, model }, learns, here))
    await rm(model, { recursive: true })
  }
  return reportWalks(walks, learns)
}
