import { describe, expect, it } from 'vitest'
import { createRandom } from '../../model/random.ts'
import {
  adwinMean,
  createAdwin,
  createPageHinkley,
  updateAdwin,
  updatePageHinkley,
} from './drift.ts'
import streams from './streams.fixture.json' with { type: 'json' }

const shift = [...streams.shift].map(Number)

function alarms<T>(stream: readonly T[], update: (value: T) => boolean): number[] {
  return stream.flatMap((value, index) => (update(value) ? [index] : []))
}

describe('change points documented by river', () => {
  it('ADWIN, which restarts after an alarm, detects the change in the example stream of the library river at index 1023', () => {
    let adwin = createAdwin()
    const found = alarms(shift, (value) => {
      const changed = updateAdwin(adwin, value)
      if (changed) adwin = createAdwin()
      return changed
    })
    expect(found).toEqual([1023])
    expect(shift[1023]).toBe(4)
  })

  it('Page–Hinkley detects the change in the example stream of the library river at index 1006', () => {
    const state = createPageHinkley(50)
    expect(alarms(shift, (value) => updatePageHinkley(state, value))).toEqual([1006])
    expect(shift[1006]).toBe(5)
  })
})

describe('ADWIN', () => {
  it('ADWIN keeps all values of a steady stream, with exact width, mean and variance', () => {
    const random = createRandom(5)
    const values = Array.from({ length: 2000 }, () => random.next())
    const adwin = createAdwin()
    expect(alarms(values, (value) => updateAdwin(adwin, value))).toEqual([])
    const mean = values.reduce((a, b) => a + b) / values.length
    expect(adwin.width).toBe(values.length)
    expect(adwinMean(adwin)).toBeCloseTo(mean, 10)
    expect(adwin.variance).toBeCloseTo(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0),
      6,
    )
    expect(adwin.rows.length).toBeLessThan(12)
  })

  it('after a change, ADWIN keeps only the new values', () => {
    const random = createRandom(6)
    const adwin = createAdwin()
    for (let k = 0; k < 3000; k++) updateAdwin(adwin, random.next() + (k < 1500 ? 0 : 1))
    expect(adwinMean(adwin)).toBeCloseTo(1.5, 1)
    expect(adwin.width).toBeLessThanOrEqual(1600)
  })
})
