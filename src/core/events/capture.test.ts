import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NearsideError } from '../error.ts'
import { readCapture, readStoredEvent } from './capture.ts'
import { SESSION_GAP } from './event.ts'

const read = (input: unknown) => readCapture(input, 'id', 1000)

describe('readCapture', () => {
  test('`item_id` has the same effect as `items` with that one item', () => {
    const short = read({ name: 'view_item', item_id: 'a' })
    expect(short).toEqual(read({ name: 'view_item', items: [{ item_id: 'a' }] }))
    expect(short).toEqual({ id: 'id', name: 'view_item', time: 1000, items: ['a'] })
  })

  test('an event keeps its time if that is at most SESSION_GAP ago; otherwise it gets the current time', () => {
    const at = (time: unknown) => {
      const event = readCapture({ name: 'view_item', item_id: 'a', time }, 'id', 10 * SESSION_GAP)
      return event instanceof NearsideError ? event.code : event.time / SESSION_GAP
    }
    expect([9.5 * SESSION_GAP, 9 * SESSION_GAP, `${9.5 * SESSION_GAP}`].map(at)).toEqual([
      9.5, 9, 9.5,
    ])
    const others = [9 * SESSION_GAP - 1, 10 * SESSION_GAP + 1, Number.NaN, null, {}, 'today', '']
    expect(others.map(at)).toEqual(others.map(() => 10))
    const search = { name: 'search', search_term: 'cup', time: 9.5 * SESSION_GAP }
    expect(readCapture(search, 'id', 10 * SESSION_GAP)).toMatchObject({ time: 9.5 * SESSION_GAP })
  })

  test('readCapture reads a GA4 purchase that has numbers as text and unknown fields', () => {
    const event = read({
      name: 'purchase',
      transaction_id: 'T_1',
      value: 30.5,
      items: [{ item_id: 85123, item_name: 'Mug', quantity: '2', price: '2.55', index: 0 }],
    })
    expect(event).toEqual({
      id: 'id',
      name: 'purchase',
      time: 1000,
      items: ['85123'],
      quantity: 2,
      price: 2.55,
    })
  })

  test('an event with several items stores each item once, in the given order', () => {
    const items = ['b', 'a', 'b'].map((item_id) => ({ item_id, price: 1 }))
    expect(read({ name: 'purchase', items })).toEqual({
      id: 'id',
      name: 'purchase',
      time: 1000,
      items: ['b', 'a'],
      lines: [{ price: 1 }, { price: 1 }],
    })
    expect(read({ name: 'view_item_list', items })).toMatchObject({ items: ['b', 'a'] })
    expect(read({ name: 'view_item_list', items })).not.toHaveProperty('lines')
  })

  test('a search stores the trimmed search term, and no items', () => {
    expect(read({ name: 'search', search_term: ' red mug ' })).toMatchObject({
      items: [],
      query: 'red mug',
    })
  })

  test.each([
    [null, 'object'],
    [{ name: 'click', item_id: 'a' }, 'unknown name'],
    [{ name: 'view_item' }, 'names no item'],
    [{ name: 'view_item', item_id: '  ' }, 'item_id'],
    [{ name: 'view_item', item_id: 'x'.repeat(257) }, 'item_id'],
    [{ name: 'purchase', items: [{ item_id: 'a' }, {}] }, 'item_id'],
    [{ name: 'search', search_term: ' ' }, 'search_term'],
  ])('%j is refused: %s', (input, why) => {
    const refused = read(input)
    expect(refused).toBeInstanceOf(NearsideError)
    expect(refused).toMatchObject({ code: 'event-invalid' })
    expect((refused as NearsideError).message).toContain(why)
  })

  test('readCapture never throws: it refuses an input, or returns an event that can be stored and read back', () => {
    const anything = fc.record(
      {
        name: fc.oneof(fc.constantFrom('view_item', 'purchase', 'search'), fc.anything()),
        item_id: fc.anything(),
        items: fc.oneof(fc.array(fc.record({ item_id: fc.string() })), fc.anything()),
        search_term: fc.anything(),
        dwell_ms: fc.anything(),
        quantity: fc.anything(),
        price: fc.anything(),
      },
      { requiredKeys: ['name'] },
    )
    fc.assert(
      fc.property(anything, (input) => {
        const event = read(input)
        if (event instanceof NearsideError) return
        expect(readStoredEvent({ ...event, session: 's', order: 3 })).toEqual({
          ...event,
          session: 's',
        })
      }),
    )
  })
})

test('a damaged stored event is read as null', () => {
  const good = { id: 'a', name: 'view_item', time: 1, session: 's', items: ['x'] }
  expect(readStoredEvent(good)).toEqual(good)
  for (const damage of [
    { id: '' },
    { name: 'view' },
    { time: Number.NaN },
    { time: '1' },
    { session: undefined },
    { items: [1] },
    { items: 'x' },
  ]) {
    expect(readStoredEvent({ ...good, ...damage })).toBe(null)
  }
  expect(readStoredEvent(undefined)).toBe(null)
})
