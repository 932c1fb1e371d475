import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/model/random.ts'
import type { Example, IncrementalLearner } from '../../src/core/personal/learners/learner.ts'
import { DAY } from '../../src/core/time.ts'
import { selectCases } from '../../src/evaluate/cases.ts'
import { testInput, testShop, UNTIL } from '../../src/evaluate/testShop.ts'
import { isHeldOut } from '../../src/train/holdout.ts'
import { BASE } from './arms.ts'
import { changePoint, follow, mirrorInterest } from './change.ts'
import { bestThreshold, classify } from './classification.ts'
import { compareLearners, REFERENCE } from './compare.ts'
import { fusionGrid, GRID_POINTS } from './fusionGrid.ts'
import { DRAWN_METRICS, drawShoppers } from './intervals.ts'
import { judge, warmUp } from './judge.ts'
import { POLICIES } from './policies.ts'
import { chooseRates, RATE_TRIALS, trainingStream } from './rates.ts'
import { runPrequential } from './run.ts'
import { type StreamCase, streamOf } from './stream.ts'

const noClock = () => 0

function smallInput() {
  const shop = testShop(60, 80)
  return testInput(shop)
}

function smallStream(): StreamCase[] {
  const input = smallInput()
  return [...streamOf(input, selectCases(input))]
}

/** What the base says of each candidate, as a probability. */
function baseOf({ examples }: StreamCase): Float32Array {
  return Float32Array.from(examples, ({ x }) => BASE.predict(x))
}

/** One candidate a case; its input is its place in the stream. */
function countedStream(cases: number, perDay: number, event: StreamCase['event']): StreamCase[] {
  return Array.from({ length: cases }, (_, k) => ({
    shopper: 's',
    time: Math.floor(k / perDay) * DAY + k,
    event,
    outside: [],
    examples: [{ x: Float32Array.of(k), label: 0 as const }],
  }))
}

/** Remembers what it was asked and taught, in order. */
function recorder() {
  const log: string[] = []
  const learner: IncrementalLearner<null> = {
    name: 'recorder',
    predict: (x) => {
      log.push(`?${x[0]}`)
      return 0.5
    },
    learn: (batch: readonly Example[]) => {
      log.push(`+${batch.map(({ x }) => x[0]).join(',')}`)
    },
    snapshot: () => null,
    restore() {},
  }
  return { log, learner }
}

describe('test, then train', () => {
  const [online, batch, hybrid] = POLICIES

  it.each(POLICIES)('$name never learns a case before it has predicted it', (policy) => {
    const { log, learner } = recorder()
    runPrequential(countedStream(70, 30, 'purchase'), learner, policy, noClock)
    const asked = new Set<string>()
    for (const entry of log) {
      const cases = entry.slice(1).split(',')
      if (entry.startsWith('?')) asked.add(cases[0])
      else for (const one of cases) expect(asked.has(one)).toBe(true)
    }
    expect(asked.size).toBe(70)
  })

  it('online learns each at once; batch after twenty or at the end of the day', () => {
    const first = recorder()
    runPrequential(countedStream(3, 9, 'purchase'), first.learner, online, noClock)
    expect(first.log).toEqual(['?0', '+0', '?1', '+1', '?2', '+2'])
    const second = recorder()
    const run = runPrequential(countedStream(56, 25, 'purchase'), second.learner, batch, noClock)
    const learned = second.log.filter((entry) => entry.startsWith('+'))
    expect(learned.map((entry) => entry.split(',').length)).toEqual([20, 5, 20, 5])
    expect(run.updates).toBe(4)
  })

  it('hybrid learns purchases at once and again together; views wait', () => {
    const bought = recorder()
    runPrequential(countedStream(20, 99, 'purchase'), bought.learner, hybrid, noClock)
    expect(bought.log.filter((entry) => entry.startsWith('+'))).toHaveLength(21)
    expect(bought.log.at(-1)?.split(',')).toHaveLength(20)
    const viewed = recorder()
    runPrequential(countedStream(19, 99, 'view_item'), viewed.learner, hybrid, noClock)
    expect(viewed.log.some((entry) => entry.startsWith('+'))).toBe(false)
  })
})

describe('classification', () => {
  it('agrees with counting by hand', () => {
    const found = classify([0.9, 0.8, 0.6, 0.3], [1, 0, 1, 0], 0.6)
    expect(found).toMatchObject({ accuracy: 0.75, recall: 1, f1: 0.8 })
    expect(found.precision).toBeCloseTo(2 / 3, 12)
    expect(found.prAuc).toBeCloseTo(0.5 * 1 + 0.5 * (2 / 3), 12)
    expect(bestThreshold([0.9, 0.8, 0.6, 0.3], [1, 0, 1, 0])).toBe(0.6)
  })

  it('PR-AUC is the share of yes for a constant, 1 for a perfect order', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 60 }), (answers) => {
        const labels = answers.map(Number)
        const yes = labels.reduce((a, b) => a + b, 0)
        fc.pre(yes > 0)
        const constant = labels.map(() => 0.3)
        expect(classify(constant, labels, 0.5).prAuc).toBeCloseTo(yes / labels.length, 12)
        expect(classify(labels, labels, 0.5).prAuc).toBeCloseTo(1, 12)
      }),
    )
  })

  it('the calibration error is small where the law was followed, and the bias where not', () => {
    const random = createRandom(4)
    const said = Array.from({ length: 20_000 }, () => 0.1 + 0.5 * random.next())
    const labels = said.map((p) => Number(random.next() < p))
    expect(classify(said, labels, 0.5).ece).toBeLessThan(0.015)
    const biased = said.map((p) => p + 0.2)
    expect(classify(biased, labels, 0.5).ece).toBeCloseTo(0.2, 1)
  })
})

describe('the stream', () => {
  const stream = smallStream()

  it('is in time order, sorted by the base within a case, and finite', () => {
    expect(stream.length).toBeGreaterThan(30)
    stream.forEach(({ time, examples }, k) => {
      const base = baseOf(stream[k])
      if (k > 0) expect(time).toBeGreaterThanOrEqual(stream[k - 1].time)
      base.forEach((p, c) => {
        expect(p).toBeGreaterThan(0)
        expect(p).toBeLessThan(1)
        if (c > 0) expect(p).toBeLessThanOrEqual(base[c - 1])
        expect(examples[c].x.every(Number.isFinite)).toBe(true)
      })
    })
  })

  it("judged by the base's own probabilities has the base's own ranking", () => {
    const own = judge(stream, stream.map(baseOf))
    const none = judge(
      stream,
      stream.map((one) => baseOf(one).map(() => 0.5)),
    )
    expect(own['ndcg@10']).toBe(none['ndcg@10'])
    expect(own.prAuc).toBeGreaterThan(none.prAuc)
  })

  it('a mirrored interest turns the order round, and is followed by who is told only', () => {
    const at = changePoint(stream)
    const changed = mirrorInterest(stream, at)
    expect(changed.slice(0, at)).toEqual(stream.slice(0, at))
    const told = changed.map(({ examples }, k) =>
      Float32Array.from(examples, ({ label }, c) =>
        k < at + 10 ? baseOf(stream[k])[c] : label === 1 ? 0.9 : 0.02,
      ),
    )
    const found = follow(changed, told, at)
    expect(found.after).toBeLessThan(1)
    expect(found.end).toBeGreaterThan(found.before)
    const untold = follow(changed, stream.map(baseOf), at)
    expect(untold.after).toBeLessThan(0.5)
    expect(untold.before).toBeGreaterThan(0.5)
    expect(untold.followedAfter).toBeNull()
  })

  it('compares every arm with finite figures, the same for the same seeds', async () => {
    const rates = { stepSize: 0.05, rescaling: 0.05, combination: 0.5 }
    const options = {
      rates,
      seeds: [1, 2],
      clock: noClock,
      onProgress: async () => {},
    }
    const few = stream.slice(0, 15)
    const found = await compareLearners(few, options)
    expect(found.arms.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['base', REFERENCE, 'gradient', 'mlp', 'tree', 'combination']),
    )
    for (const arm of found.arms)
      for (const value of Object.values(arm))
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
    for (const { weights } of found.weights)
      expect(Object.values(weights).reduce((a, b) => a + b)).toBeCloseTo(1, 9)
    expect(found.weights.at(-1)?.cases).toBe(15)
    expect(await compareLearners(few, options)).toEqual(found)
  })

  it('λ = 0 learns nothing, whatever α', async () => {
    const grid = await fusionGrid(stream.slice(0, 20), async () => {})
    expect(grid).toHaveLength(GRID_POINTS)
    const own = judge(stream.slice(0, 20), stream.slice(0, 20).map(baseOf))
    for (const point of grid.filter(({ fusionWeight }) => fusionWeight === 0))
      expect(point.logLoss).toBeCloseTo(own.logLoss, 5)
    expect(new Set(grid.map(({ logLoss }) => logLoss)).size).toBeGreaterThan(10)
  })

  it('chooses the rates on other shoppers and other days than the test', async () => {
    const training = [...trainingStream(smallInput(), 20)]
    expect(training.length).toBeGreaterThan(5)
    for (const { shopper, time } of training) {
      expect(isHeldOut(shopper, 0.5, 1)).toBe(false)
      expect(time).toBeLessThan(UNTIL)
    }
    let tried = 0
    const rates = await chooseRates(training, 1, async () => void tried++)
    expect(tried).toBe(RATE_TRIALS)
    for (const rate of Object.values(rates)) expect(rate).toBeGreaterThan(0)
  })
})

describe('intervals over shoppers', () => {
  const stream = smallStream()
  const judged = stream.slice(warmUp(stream))
  const random = createRandom(3)
  const base = stream.map(baseOf)
  const noisy = base.map((said) =>
    said.map((p) => Math.min(0.99, Math.max(0.01, p + 0.2 * (random.next() - 0.5)))),
  )
  const rest = (said: readonly Float32Array[]) => said.slice(warmUp(stream))
  const [own, other] = drawShoppers(judged, [[rest(base)], [rest(noisy)]], 0, 200, createRandom(1))

  it('differ by what the judge says the arms differ by', () => {
    const [a, b] = [judge(stream, base), judge(stream, noisy)]
    for (const metric of DRAWN_METRICS) {
      expect(other.difference[metric].difference).toBeCloseTo(b[metric] - a[metric], 9)
      expect(own.difference[metric]).toEqual({ difference: 0, lo: 0, hi: 0 })
      expect(own.interval[metric].lo).toBeLessThan(a[metric])
      expect(own.interval[metric].hi).toBeGreaterThan(a[metric])
    }
  })

  it('are those of the mean over the runs', () => {
    const [both] = drawShoppers(
      judged,
      [[rest(base), rest(noisy)], [rest(base)]],
      1,
      50,
      createRandom(1),
    )
    expect(both.difference.logLoss.difference).toBeCloseTo(
      other.difference.logLoss.difference / 2,
      9,
    )
  })
})
