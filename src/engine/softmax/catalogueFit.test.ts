import { expect, test } from 'vitest'
import { DIMENSION } from '../../core/model/baseModel.ts'
import { tinyModel } from '../../core/model/tinyModel.ts'
import { buildCatalogueProblem } from '../../core/personal/catalogueProblem.ts'
import { buildFitProblem } from '../../core/personal/fitProblem.ts'
import { DAY } from '../../core/time.ts'
import { createJsEngine } from '../js.ts'
import { fitCatalogue } from './catalogueFit.ts'

const ITEMS = 60
const model = tinyModel(ITEMS)
const history = Array.from({ length: 10 }, (_, k) => ({
  item: (7 * k) % ITEMS,
  name: 'purchase' as const,
  time: k * DAY,
  session: `${k}`,
}))
const now = 12 * DAY

test('ends where the fit among candidates ends that holds every item, and lower than it began', async () => {
  const catalogue = buildCatalogueProblem(model, history, now)
  const candidates = buildFitProblem(model, history, now)
  if (!catalogue || !candidates) throw new Error('there is something to learn from')
  const first = (values: Float32Array) => values.map((value, j) => (j < DIMENSION ? value : 0))
  const oracle = await createJsEngine().fit({
    ...candidates,
    mean: first(candidates.mean),
    stepSize: first(candidates.stepSize),
  })
  const own = await fitCatalogue(catalogue)
  own.parameters.forEach((value, j) => {
    expect(Math.abs(value - oracle.parameters[j])).toBeLessThan(1e-4)
  })
  expect(own.lossAfter).toBeLessThan(own.lossBefore)
})

test('stops when it is told to', async () => {
  const catalogue = buildCatalogueProblem(model, history, now)
  if (!catalogue) throw new Error('there is something to learn from')
  await expect(fitCatalogue(catalogue, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'aborted',
  })
})
