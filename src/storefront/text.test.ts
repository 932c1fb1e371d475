import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { count, money } from './text.ts'

const pounds = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' })

describe('money', () => {
  it('`money` writes every price of the catalog like Intl', () => {
    const file = new URL('../../public/catalog/catalog.json', import.meta.url)
    const items = JSON.parse(readFileSync(file, 'utf8')) as { price?: number }[]
    const prices = [...new Set(items.flatMap(({ price }) => price ?? []))]
    expect(prices.length).toBeGreaterThan(100)
    expect(prices.map((price) => money(price))).toEqual(prices.map((price) => pounds.format(price)))
  })

  it('`money` writes any sum of pounds and pence like Intl', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (pence) => {
        expect(money(pence / 100)).toBe(pounds.format(pence / 100))
      }),
    )
  })

  it('`money` creates no `Intl` format for pounds, because that is slow on phones', () => {
    const made = vi.spyOn(Intl, 'NumberFormat')
    money(2.95)
    money(1234.5)
    expect(made).not.toHaveBeenCalled()
    made.mockRestore()
  })

  it('`money` writes other currencies', () => {
    expect(money(2.95, 'EUR')).toBe('€2.95')
    expect(money(0, 'JPY')).toBe('JP¥0')
  })
})

describe('count', () => {
  it('`count` groups thousands like Intl', () => {
    fc.assert(
      fc.property(fc.nat(), (whole) => {
        expect(count(whole)).toBe(whole.toLocaleString('en-GB'))
      }),
    )
  })
})
