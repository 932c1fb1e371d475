/** @module The softmax over the catalogue: plain loops against differences, WebAssembly against those. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createJsSoftmax } from './js.ts'
import { assembleSoftmax } from './module.ts'
import type { CatalogSoftmax, SoftmaxCatalog } from './softmax.ts'
import { errorOf, type SoftmaxTest, softmaxTest } from './testFit.ts'
import { createWasmSoftmax } from './wasm.ts'

const shapes: fc.Arbitrary<SoftmaxTest> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  items: fc.integer({ min: 1, max: 1500 }),
  columns: fc.integer({ min: 1, max: 40 }),
  cases: fc.integer({ min: 0, max: 40 }),
  steps: fc.integer({ min: 0, max: 12 }),
  int8: fc.boolean(),
})
const LARGE: SoftmaxTest = { seed: 3, items: 9000, columns: 64, cases: 20, steps: 10, int8: true }

test('plain JavaScript has the gradient of its loss', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const { catalog, problem } = softmaxTest({ ...shape, items: Math.min(shape.items, 60) })
      const js = createJsSoftmax(catalog)
      const u = problem.mean
      const { gradient } = await js.evaluate(problem, u)
      const j = shape.seed % catalog.columns
      const h = 2 ** -7
      const around = await Promise.all(
        [h, -h].map((step) => js.evaluate(problem, u.with(j, u[j] + step))),
      )
      const moved = Math.fround(u[j] + h) - Math.fround(u[j] - h)
      const slope = (around[0].loss - around[1].loss) / moved
      expect(Math.abs(slope - gradient[j])).toBeLessThan(1e-3 * (1 + Math.abs(gradient[j])))
    }),
    { numRuns: 40 },
  )
})

test('its loss is the sum of −log of each target’s share, written out', async () => {
  const { catalog, problem } = softmaxTest({ ...LARGE, items: 30, columns: 3, int8: false })
  const { columns, bias } = catalog
  const vectors = catalog.vectors as Float32Array
  let loss = 0
  problem.targets.forEach((target, t) => {
    const exps = Array.from(bias, (b, i) => {
      let score = b
      for (let j = 0; j < columns; j++)
        score += (problem.queries[t * columns + j] + problem.mean[j]) * vectors[i * columns + j]
      return Math.exp(score)
    })
    const sum = exps.reduce((a, b) => a + b)
    loss -= problem.weight[t] * Math.log(exps[target] / sum)
  })
  expect((await createJsSoftmax(catalog).evaluate(problem, problem.mean)).loss).toBeCloseTo(loss, 9)
})

describe('WebAssembly', () => {
  test('is within 1e-6 of plain JavaScript, relative to what is summed', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const { catalog, problem } = softmaxTest(shape)
        const wasm = await createWasmSoftmax(catalog)
        const own = await wasm.evaluate(problem, problem.mean)
        const oracle = await createJsSoftmax(catalog).evaluate(problem, problem.mean)
        expect(errorOf(own, oracle, catalog, problem)).toBeLessThanOrEqual(1e-6)
      }),
      { numRuns: 60 },
    )
  })

  test('also where scores are extreme: ties, gaps of thousands, items left out', async () => {
    const size = fc.constantFrom(0, 1, 30, 88, 1000, 100_000)
    await fc.assert(
      fc.asyncProperty(shapes, size, fc.boolean(), async (shape, spread, rising) => {
        const { catalog, problem } = softmaxTest({ ...shape, int8: false })
        // Small whole numbers: every score is exact in single precision too.
        const whole = (values: Float32Array, by: number) => values.map((v) => Math.round(v * by))
        const bias = whole(catalog.bias, spread / 2)
        if (rising) bias.sort()
        bias.forEach((_, i) => {
          if (i % 3 === 1 && !problem.targets.includes(i)) bias[i] = -1e9
        })
        const exact: SoftmaxCatalog = {
          ...catalog,
          vectors: whole(catalog.vectors as Float32Array, 6),
          bias,
        }
        const cases = { ...problem, queries: whole(problem.queries, 4) }
        const u = whole(problem.mean, 20)
        const wasm = await createWasmSoftmax(exact)
        const own = await wasm.evaluate(cases, u)
        expect(Number.isFinite(own.loss) && own.gradient.every(Number.isFinite)).toBe(true)
        const oracle = await createJsSoftmax(exact).evaluate(cases, u)
        expect(errorOf(own, oracle, exact, cases)).toBeLessThanOrEqual(1e-6)
      }),
      { numRuns: 60 },
    )
  })

  test('ends a fit where plain JavaScript ends it, and lower than it began', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        // Of one item the gradient is nothing but rounding, which Adam would scale up to a step.
        const { catalog, problem } = softmaxTest({ ...shape, items: 1 + shape.items })
        const own = await (await createWasmSoftmax(catalog)).fit(problem)
        const oracle = await createJsSoftmax(catalog).fit(problem)
        own.parameters.forEach((value, j) => {
          expect(Math.abs(value - oracle.parameters[j])).toBeLessThan(1e-4)
        })
        expect(own.lossAfter).toBeCloseTo(oracle.lossAfter, 3)
        expect(own.lossBefore).toBeCloseTo(oracle.lossBefore, 3)
      }),
      { numRuns: 25 },
    )
    const { catalog, problem } = softmaxTest(LARGE)
    const { lossBefore, lossAfter } = await (await createWasmSoftmax(catalog)).fit(problem)
    expect(lossAfter).toBeLessThan(lossBefore)
  })

  test.each([true, false])(
    'ends two steps over 100,003 items there too; int8: %s',
    async (int8) => {
      const { catalog, problem } = softmaxTest({
        ...{ seed: 7, items: 100_003, columns: 8, cases: 20, steps: 2 },
        int8,
      })
      const wasm = await createWasmSoftmax(catalog)
      const js = createJsSoftmax(catalog)
      const [own, oracle] = await Promise.all(
        [wasm, js].map((softmax) => softmax.evaluate(problem, problem.mean)),
      )
      expect(errorOf(own, oracle, catalog, problem)).toBeLessThanOrEqual(1e-6)
      const [fit, reference] = await Promise.all([wasm, js].map((softmax) => softmax.fit(problem)))
      fit.parameters.forEach((value, j) => {
        expect(Math.abs(value - reference.parameters[j])).toBeLessThan(1e-5)
      })
      expect(fit.lossAfter).toBeCloseTo(reference.lossAfter, 3)
    },
  )

  test('gives the same bits again, after other cases too', async () => {
    const { catalog, problem } = softmaxTest(LARGE)
    const wasm = await createWasmSoftmax(catalog)
    const once = await wasm.evaluate(problem, problem.mean)
    await wasm.evaluate(softmaxTest({ ...LARGE, cases: 50, seed: 9 }).problem, problem.mean)
    expect(await wasm.evaluate(problem, problem.mean)).toEqual(once)
    expect(await (await createWasmSoftmax(catalog)).evaluate(problem, problem.mean)).toEqual(once)
  })

  test('is a valid module of under 10 KB for any width', () => {
    for (const columns of [8, 64, 512]) {
      const bytes = assembleSoftmax(columns, 1)
      expect(WebAssembly.validate(bytes)).toBe(true)
      expect(bytes.length).toBeLessThan(10_000)
    }
  })
})

const makers: [string, (catalog: SoftmaxCatalog) => Promise<CatalogSoftmax>][] = [
  ['plain JavaScript', async (catalog) => createJsSoftmax(catalog)],
  ['WebAssembly', createWasmSoftmax],
]
test.each(makers)('%s refuses what has no meaning, and stops when asked to', async (_, make) => {
  const { catalog, problem } = softmaxTest({ ...LARGE, items: 50 })
  const refused = { code: 'input-invalid' }
  await expect(async () =>
    make({ ...catalog, bias: catalog.bias.with(3, Number.NaN) }),
  ).rejects.toMatchObject(refused)
  const softmax = await make(catalog)
  const u = problem.mean
  for (const bad of [
    { ...problem, targets: problem.targets.with(2, 50) },
    { ...problem, weight: problem.weight.with(0, -1) },
    { ...problem, queries: problem.queries.subarray(1) },
  ])
    await expect(softmax.evaluate(bad, u)).rejects.toMatchObject(refused)
  await expect(softmax.fit({ ...problem, steps: 1.5 })).rejects.toMatchObject(refused)
  const controller = new AbortController()
  const stopped = softmax.fit(problem, {
    signal: controller.signal,
    onProgress: (done) => done === 3 && controller.abort(),
  })
  await expect(stopped).rejects.toMatchObject({ code: 'aborted' })
})
