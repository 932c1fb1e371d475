import { describe, expect, it } from 'vitest'
import { type ArmFailure, leftOutArms } from './armFailures.ts'
import type { ARMS } from './arms.ts'
import { selectCases } from './cases.ts'
import { reportWalks } from './personal.ts'
import { prepareWalk } from './prepare.ts'
import { Rows } from './rows.ts'
import { testInput, testShop } from './testShop.ts'
import { tune } from './tune.ts'
import { prepareTuning, tuneBaselines } from './tuneBaselines.ts'
import { walkShopper } from './walk.ts'

const input = testInput(testShop())

describe('an arm that fails', () => {
  it('every table of the report omits an arm that fails, and the result gives the reason', async () => {
    const tuned = tuneBaselines(input)
    const { compared } = tuned.counts
    const sessionKnn = { ...compared['session-knn'], failure: 'divided by 0' }
    const counts = { ...tuned.counts, compared: { ...compared, 'session-knn': sessionKnn } }
    const failing = { ...tuned, counts }
    const walk = async (baselines: typeof tuned) => {
      const prepared = prepareWalk(input, baselines, null)
      const rows = Rows.join(
        await Promise.all(selectCases(input).map((cases) => walkShopper(prepared, cases))),
      )
      return reportWalks([[{ shop: 'testshop', input, tuned: baselines, rows, notes: [] }]], false)
    }
    const [whole, part] = [await walk(tuned), await walk(failing)]
    expect(whole.result.leftOut).toBeUndefined()
    expect(part.result.leftOut).toEqual([
      { arm: 'session-knn', reason: 'divided by 0', cases: part.result.cases },
    ])
    expect(part.result.arms).toEqual(whole.result.arms.filter(({ name }) => name !== 'session-knn'))
    const { lifts, owner } = part.result
    expect(lifts.some(({ arm, over }) => arm === 'session-knn' || over === 'session-knn')).toBe(
      false,
    )
    expect(Object.values(owner?.stores ?? {}).map(({ counts }) => counts)).not.toContain(
      'session-knn',
    )
    expect(JSON.stringify(part.result)).not.toContain('null,null')
    expect(part.report.notes.join()).toContain('session-knn')
  })

  it('an arm whose scores aren’t finite reports the parameters that it failed with', () => {
    const { casesWith } = prepareTuning(input)
    const cases = casesWith(
      ({ history }) => history,
      ({ targets }) => ({ targets, hidden: null }),
    )
    const arm = {
      start: { scale: 1 },
      grid: { scale: [1, 2] },
      score: (_: unknown, __: unknown, out: Float32Array) =>
        void out.fill(Number.POSITIVE_INFINITY),
    }
    const { failure } = tune(arm, cases, 30)
    expect(failure).toContain('"scale":1')
  })

  it('a case in which an arm fails several times counts once', () => {
    const failure = (arm: (typeof ARMS)[number], reason: string): ArmFailure => ({ arm, reason })
    const results = [
      { failures: [failure('ease', 'first'), failure('ease', 'second')] },
      { failures: [] },
      { failures: [failure('ease', 'third'), failure('ewma', 'other')] },
    ]
    expect(leftOutArms(results)).toEqual([
      { arm: 'ease', reason: 'first', cases: 2 },
      { arm: 'ewma', reason: 'other', cases: 1 },
    ])
  })
})
