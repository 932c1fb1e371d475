import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearScale, logScale } from './scale.ts'
import { HOSTILE, testReport } from './testReport.ts'
import { decimal, interval, percent, share } from './text.ts'

describe('the page', () => {
  const { html, result } = testReport()

  it('carries the numbers of the JSON, bit for bit', () => {
    const [, block] =
      html.match(/<script type="application\/json" id="result">(.*?)<\/script>/s) ?? []
    expect(JSON.parse(block ?? '')).toEqual(JSON.parse(JSON.stringify(result)))
  })

  it('shows what the JSON says', () => {
    for (const arm of result.arms) expect(html).toContain(`<td>${decimal(arm['ndcg@10'])}</td>`)
    for (const { lift } of result.detail.fusion.fixed)
      if (lift) expect(html).toContain(`${percent(lift.relative)} ${interval(lift)}`)
    for (const { label, cases } of result.detail.months)
      expect(html).toContain(`<th scope="row">${label}</th><td>${cases}</td>`)
  })

  it('loads nothing, runs nothing, and lets no name break out', () => {
    expect(html).not.toMatch(/(src|href)="(?!#)/)
    expect(html).not.toContain('@import')
    expect(html).not.toContain('url(')
    expect(html.match(/<script/g)).toHaveLength(1)
    expect(html).not.toContain(HOSTILE)
    expect(html).not.toContain('<b>note')
    expect(html).toContain("default-src 'none'")
  })

  it('draws no place that is no number, and closes what it opens', () => {
    expect(html).not.toMatch(/NaN|undefined|Infinity/)
    const open: string[] = []
    const body = html
      .slice(html.indexOf('<html'))
      .replace(/<script.*<\/script>|<style.*<\/style>|<meta.*?>/gs, '')
    for (const [tag, slash, name] of body.matchAll(/<(\/?)([a-z0-9]+)[^>]*>/gi)) {
      if (tag.endsWith('/>')) continue
      if (slash === '') open.push(name)
      else expect(open.pop()).toBe(name)
    }
    expect(open).toEqual([])
  })

  it('is whole with the fewest shoppers that are evaluated', () => {
    expect(testReport(10).html).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('scales', () => {
  it('hold all values, at the ends of the range at most, in order', () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 20 }), (values) => {
        const scale = linearScale(values, [0, 100])
        const places = [...values].sort((a, b) => a - b).map(scale)
        for (const place of places) {
          expect(place).toBeGreaterThanOrEqual(-0.1)
          expect(place).toBeLessThanOrEqual(100.1)
        }
        expect([...places].sort((a, b) => a - b)).toEqual(places)
        expect(scale.ticks.length).toBeLessThan(20)
      }),
    )
  })

  it('have round ticks', () => {
    expect(linearScale([0, 0.231], [0, 1]).ticks).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25])
    expect(logScale([0.002, 0.3], [0, 1]).ticks.map(Math.log10).map(Math.round)).toEqual([
      -3, -2, -1, 0,
    ])
  })
})

it('numbers have a minus sign, no "-0.0", and small shares keep two digits', () => {
  expect(decimal(-0.01234)).toBe('−0.0123')
  expect(decimal(-1e-9)).toBe('0.0000')
  expect(percent(-0.0001)).toBe('0.0 %')
  expect(interval({ lo: -0.012, hi: 0.5 })).toBe('[−1.2, +50.0]')
  expect(share(0.00012)).toBe('1.2e−4')
})
