import { describe, expect, it } from 'vitest'
import { discreteGaussianNoise, sampleDiscreteGaussian } from './discreteGaussian.ts'
import { buffered, cryptoRandomBytes } from './randomBytes.ts'

/** P(x) of the discrete Gaussian, by direct summation. */
function probability(x: number, variance: number): number {
  let total = 0
  const reach = Math.ceil(40 * Math.sqrt(variance))
  for (let k = -reach; k <= reach; k++) total += Math.exp((-k * k) / (2 * variance))
  return Math.exp((-x * x) / (2 * variance)) / total
}

/** Upper tail of χ² with k degrees of freedom, by Wilson and Hilferty's cube root. */
function chiSquareTail(statistic: number, k: number): number {
  const z = (Math.cbrt(statistic / k) - (1 - 2 / (9 * k))) / Math.sqrt(2 / (9 * k))
  // The logistic approximation of the normal tail is right to two digits, which is enough for a threshold.
  return 1 / (1 + Math.exp(1.5976 * z + 0.070565 * z ** 3))
}

function draw(variance: bigint, count: number): number[] {
  const randomBytes = buffered(cryptoRandomBytes, 65_536)
  return Array.from({ length: count }, () => Number(sampleDiscreteGaussian(variance, randomBytes)))
}

describe('the reference distribution', () => {
  it('the reference `probability` of these tests gives published values of the discrete Gaussian', () => {
    expect(probability(0, 1)).toBeCloseTo(0.3989422782668617, 14)
    expect(probability(1, 1)).toBeCloseTo(0.24197072322446, 13)
    expect(probability(3, 1)).toBeCloseTo(0.00443184838822, 13)
    expect(probability(0, 4)).toBeCloseTo(0.19947114020072, 13)
  })
})

describe.each([
  { variance: 1, moment: 0.9999997887677, count: 100_000 },
  { variance: 4, moment: 4, count: 100_000 },
  { variance: 30, moment: 30, count: 60_000 },
])('samples with σ² = $variance', ({ variance, moment, count }) => {
  const samples = draw(BigInt(variance), count)

  it('samples of the discrete Gaussian follow the distribution (χ²)', () => {
    const reach = Math.floor(3 * Math.sqrt(variance))
    const cells = 2 * reach + 2
    const observed = new Array<number>(cells).fill(0)
    for (const x of samples) observed[Math.abs(x) <= reach ? x + reach : cells - 1]++
    let inside = 0
    let statistic = 0
    for (let x = -reach; x <= reach; x++) {
      const p = probability(x, variance)
      inside += p
      statistic += (observed[x + reach] - count * p) ** 2 / (count * p)
    }
    statistic += (observed[cells - 1] - count * (1 - inside)) ** 2 / (count * (1 - inside))
    // A correct sampler fails once in 10⁶ runs; a variance that is off by 5 % always fails.
    expect(chiSquareTail(statistic, cells - 1)).toBeGreaterThan(1e-6)
  })

  it('samples of the discrete Gaussian have mean 0 and variance σ²', () => {
    const mean = samples.reduce((sum, x) => sum + x, 0) / count
    const second = samples.reduce((sum, x) => sum + x * x, 0) / count
    // The limit is five standard errors; Var(x²) = 2σ⁴.
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / count))
    expect(Math.abs(second - moment)).toBeLessThan(5 * variance * Math.sqrt(2 / count))
  })
})

it('samples have the right variance at the scale of a round’s noise (σ ≈ 50,000)', async () => {
  const sigma = 52_428
  const samples = await discreteGaussianNoise(BigInt(sigma) ** 2n, 3000)
  const second = samples.reduce((sum, x) => sum + x * x, 0) / samples.length / sigma ** 2
  expect(Math.abs(second - 1)).toBeLessThan(5 * Math.sqrt(2 / samples.length))
  const beyond = samples.filter((x) => Math.abs(x) > sigma).length / samples.length
  expect(Math.abs(beyond - 0.3173)).toBeLessThan(5 * Math.sqrt((0.3173 * 0.6827) / samples.length))
})

it('sampling lets other tasks run between the draws of a long vector', async () => {
  let turns = 0
  let isDone = false
  const others = async () => {
    while (!isDone) {
      await new Promise((resolve) => setTimeout(resolve))
      turns++
    }
  }
  const running = others()
  await discreteGaussianNoise(9n, 16_384)
  isDone = true
  await running
  expect(turns).toBeGreaterThan(10)
})

it('a draw is determined by its random bytes, and a variance of 0 is refused', () => {
  // The source of bytes is deterministic; even so, the sampler must end and give an integer.
  let calls = 0
  const counter = (length: number) => {
    calls++
    return Uint8Array.from({ length }, (_, i) => (calls * 31 + i * 17) & 255)
  }
  const first = sampleDiscreteGaussian(9n, counter)
  calls = 0
  expect(sampleDiscreteGaussian(9n, counter)).toBe(first)
  expect(() => sampleDiscreteGaussian(0n, counter)).toThrow(/positive/)
})
