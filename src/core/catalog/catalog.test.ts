import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NearsideError } from '../error.ts'
import { Catalog } from './catalog.ts'
import type { Item } from './item.ts'
import { parseItem } from './parseItem.ts'

function refusal(run: () => unknown): NearsideError {
  try {
    run()
  } catch (error) {
    if (error instanceof NearsideError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('parseItem', () => {
  test('parseItem keeps the known fields of an item, drops other fields, and treats null and empty text as missing', () => {
    expect(
      parseItem({
        id: '85123A',
        title: 'Hanging heart',
        price: 2.55,
        currency: 'GBP',
        brand: null,
        category: '',
        available: false,
        colour: 'white',
      }),
    ).toEqual({
      id: '85123A',
      title: 'Hanging heart',
      price: 2.55,
      currency: 'GBP',
      available: false,
    })
    expect(parseItem({ id: 71053 })).toEqual({ id: '71053' })
  })

  test.each([
    [null, 'is not an object'],
    [[], 'is not an object'],
    [{}, "has no 'id'"],
    [{ id: '  ' }, "'id' is empty"],
    [{ id: 'a\tb' }, 'control character'],
    [{ id: 'x'.repeat(201) }, 'longer than 200'],
    [{ id: 1.5 }, "'id' is not text"],
    [{ id: 'a', title: 7 }, "'title' is not text"],
    [{ id: 'a', price: '2.55' }, "'price' is not a number"],
    [{ id: 'a', price: -1 }, "'price' is not a number"],
    [{ id: 'a', price: Number.NaN }, "'price' is not a number"],
    [{ id: 'a', currency: 'pounds' }, "'currency' is not an ISO 4217 code"],
    [{ id: 'a', available: 'yes' }, "'available' is not true or false"],
    [{ id: 'a', added: 'last week' }, "'added' is not a day"],
    [{ id: 'a', added: '2026-13-01' }, "'added' is not a day"],
    [{ id: 'a', added: '2026-02-31' }, "'added' is not a day"],
    [{ id: 'a', added: '2026-02-29T10:00:00Z' }, "'added' is not a day"],
    [{ id: 'a', added: 20261101 }, "'added' is not a day"],
    [{ id: 'a', attributes: ['red'] }, "'attributes'"],
    [{ id: 'a', attributes: { colour: { name: 'red' } } }, "'attributes'"],
  ])('refuses %j', (value, message) => {
    const error = refusal(() => parseItem(value, 'catalog.jsonl line 3'))
    expect(error.code).toBe('catalog-invalid')
    expect(error.message).toContain('catalog.jsonl line 3: ')
    expect(error.message).toContain(message)
  })

  test('parseItem ignores inherited properties', () => {
    expect(refusal(() => parseItem(Object.create({ id: 'inherited' }))).code).toBe(
      'catalog-invalid',
    )
    const hostile: unknown = JSON.parse('{"id":"a","__proto__":{"available":false}}')
    expect(parseItem(hostile)).toEqual({ id: 'a' })
    expect(Object.getPrototypeOf(parseItem(hostile))).toBe(Object.prototype)
  })

  test('parseItem reads a valid item back from JSON unchanged', () => {
    const item: fc.Arbitrary<Item> = fc.record(
      {
        id: fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/),
        title: fc.string({ minLength: 1 }),
        price: fc.double({ min: 0, max: 1e6, noNaN: true }).map((price) => price + 0),
        currency: fc.constantFrom('GBP', 'EUR'),
        available: fc.boolean(),
        added: fc.constantFrom('2026-11-20', '2026-11-20T08:00:00+01:00'),
        attributes: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.array(fc.boolean()))),
      },
      { requiredKeys: ['id'] },
    )
    fc.assert(
      fc.property(item, (value) => {
        expect(parseItem(JSON.parse(JSON.stringify(value)))).toEqual(
          JSON.parse(JSON.stringify(value)),
        )
      }),
    )
  })
})

describe('Catalog', () => {
  test('a catalog finds an item by its id, even if the id is a property name of every object, such as `constructor`', () => {
    const ids = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '85123A']
    const catalog = new Catalog(ids.map((id) => ({ id, title: `item ${id}` })))
    for (const id of ids) {
      expect(catalog.get(id)?.title).toBe(`item ${id}`)
    }
    expect(catalog.get('valueOf')).toBeUndefined()
    expect(({} as { title?: string }).title).toBeUndefined()
    expect(catalog.items.length).toBe(catalog.size)
  })

  test('a catalog refuses an id that is used twice', () => {
    expect(refusal(() => new Catalog([{ id: 'a' }, { id: 'a' }])).message).toContain("'a'")
  })

  test('Catalog.parse leaves unusable rows out of the catalog and reports each of them as a fault', () => {
    const rows = [{ id: 'a', price: 1 }, {}, { id: 'b' }, { id: 'a', price: 2 }, null]
    const { items, faults } = Catalog.parse(rows)
    expect(items).toEqual([{ id: 'a', price: 1 }, { id: 'b' }])
    expect(faults).toEqual([
      "catalog item 2: has no 'id'",
      "catalog item 4: the id 'a' was already used",
      'catalog item 5: is not an object',
    ])
    expect(Catalog.parse([{ id: 'a' }]).faults).toEqual([])
  })

  test('Catalog.parse refuses a value that is no array, and an array without usable rows', () => {
    expect(refusal(() => Catalog.parse({})).message).toContain('is not an array')
    expect(refusal(() => Catalog.parse([{}, null])).message).toBe("catalog item 1: has no 'id'")
    expect(Catalog.parse([]).size).toBe(0)
  })

  test.each([true, '4.6', 87, -1, Number.NaN, { value: 4 }])(
    'Catalog.parse ignores fields `rating` and `reviews` that the shop uses for something else, such as %j',
    (own) => {
      const row = { id: 'a', rating: own, reviews: typeof own === 'number' ? -own : own }
      expect(Catalog.parse([row])).toMatchObject({ items: [{ id: 'a' }], faults: [] })
      expect(Catalog.parse([row]).items[0].rating).toBeUndefined()
    },
  )

  test.each(['New', 'Nachhaltig produziert', '🌱'.repeat(12), 'neu', 'x '])(
    'reads the badge %j',
    (badge) => {
      expect(Catalog.parse([{ id: 'a', badge }]).items).toEqual([{ id: 'a', badge }])
    },
  )

  test.each(['x'.repeat(25), ' ', 'a\nb', ' x', '', 7, true, ['New'], { en: 'New' }])(
    'Catalog.parse ignores a field `badge` that the shop uses for something else, such as %j',
    (badge) => {
      expect(Catalog.parse([{ id: 'a', badge }])).toMatchObject({
        items: [{ id: 'a' }],
        faults: [],
      })
      expect(Catalog.parse([{ id: 'a', badge }]).items[0].badge).toBeUndefined()
    },
  )

  test('an item whose currency differs from that of most items loses all of its prices', () => {
    const sale = { price: 1, until: '2027-01-01' }
    const dollars = { id: 'c', price: 2, regularPrice: 3, sale, currency: 'USD' }
    const pounds = ['a', 'b'].map((id) => ({ id, price: 1, currency: 'GBP' }))
    const { items } = Catalog.parse([...pounds, dollars])
    expect(items).toEqual([...pounds, { id: 'c', currency: 'USD' }])
  })
})
