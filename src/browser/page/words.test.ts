import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { numberText, wordsIn } from './words.ts'

const name = fc.stringMatching(/^[a-z]\w{0,8}$/)

describe('values in a message', () => {
  test('any value replaces its `{name}` in a message whatever characters the value contains', () => {
    const value = fc.oneof(fc.string(), fc.constantFrom('{b}', '{a}', '$&', '$1', '{', '}'))
    fc.assert(
      fc.property(fc.string(), value, value, (text, a, b) => {
        const around = text.replace(/[{}]/g, '')
        const words = wordsIn({ say: `{a}${around}{b}{a}` }, 'en-GB')
        expect(words('say', { a, b })).toBe(`${a}${around}${b}${a}`)
      }),
    )
  })

  test('a message without a value for `{name}` still contains `{name}`, even for a name that every object inherits, such as `constructor`', () => {
    fc.assert(
      fc.property(fc.oneof(name, fc.constantFrom('constructor', 'toString')), (missing) => {
        expect(wordsIn({ say: `a {${missing}} b` }, 'en-GB')('say', {})).toBe(`a {${missing}} b`)
      }),
    )
  })

  test('a message without a `{name}` is returned as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/\{\w+\}/.test(text))
        expect(wordsIn({ say: text }, 'de-DE')('say')).toBe(text)
      }),
    )
  })
})

describe('plural forms', () => {
  const FORMS = { zero: 'z', one: 'o', two: 't', few: 'f', many: 'm', other: 'x' }

  test('plural forms are those of Intl.PluralRules in any language', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.nat(200), fc.nat(), fc.double({ min: 0, max: 100, noNaN: true })),
        fc.constantFrom('en-GB', 'de-DE', 'pl', 'ar', 'ja', 'fr'),
        (n, locale) => {
          const form = new Intl.PluralRules(locale).select(n)
          expect(wordsIn({ say: FORMS }, locale)('say', { n })).toBe(FORMS[form])
        },
      ),
    )
  })

  test('a plural form for an exact number has priority, and “other” replaces missing forms', () => {
    const words = wordsIn({ left: { '0': 'none', one: '{n} item', other: '{n} items' } }, 'pl')
    expect([0, 1, 3, 25].map((n) => words('left', { n }))).toEqual([
      'none',
      '1 item',
      '3 items',
      '25 items',
    ])
    expect(words('left')).toBe('{n} items')
  })
})

describe('numbers', () => {
  test('whole numbers are exact, and other numbers have three significant digits, as Intl writes them', () => {
    const locale = fc.constantFrom('en-GB', 'de-DE', 'fr')
    fc.assert(
      fc.property(fc.integer(), locale, (value, locale) => {
        expect(numberText(value, locale)).toBe(new Intl.NumberFormat(locale).format(value))
      }),
    )
    fc.assert(
      fc.property(fc.double({ noNaN: true }), locale, (value, locale) => {
        fc.pre(!Number.isInteger(value))
        const figures = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 })
        expect(numberText(value, locale)).toBe(figures.format(value))
      }),
    )
    expect(wordsIn({ say: '{n}, ε = {epsilon}' }, 'de-DE')('say', { n: 1234, epsilon: 0.1 })).toBe(
      '1.234, ε = 0,1',
    )
  })

  test('numbers below 1,000 are formatted without `toLocaleString`, which is slow on phones', () => {
    const made = vi.spyOn(Number.prototype, 'toLocaleString')
    for (const value of [0, 7, 999]) expect(numberText(value, 'en-US')).toBe(String(value))
    expect(made).not.toHaveBeenCalled()
    expect(numberText(1000, 'en-US')).toBe('1,000')
    expect(made).toHaveBeenCalled()
    made.mockRestore()
  })
})

test('`has` is true only for messages of the catalogue, not for properties that every object has, such as toString', () => {
  const words = wordsIn({ a: 'A' }, 'en-GB')
  expect([words.has('a'), words.has('b'), words.has('toString')]).toEqual([true, false, false])
})
