import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../catalog/item.ts'
import type { LogName } from '../events/event.ts'
import type { History } from './history.ts'
import { groupItems, intentOf, peerKey, peersOf } from './intent.ts'
import { profileOf } from './profile.ts'

const NOW = Date.UTC(2024, 5, 1)
const MINUTE = 60_000

/** Peer group (category and brand) of each of eight items; the last two have none. */
const peerGroup = Uint16Array.of(1, 1, 2, 2, 3, 3, 0, 0)

/** Views of the given items, one a minute; the last view was a minute ago. */
const looks = (...items: number[]): History =>
  items.map((item, k) => ({
    item,
    name: 'view_item',
    time: NOW - (items.length - k) * MINUTE,
    session: 's',
  }))

const intent = (history: History) => intentOf({ peerGroup }, profileOf(history, NOW))

describe('intentOf', () => {
  it('in the intent of a visit (the products last viewed), a product’s share halves with every two products viewed after it', () => {
    const found = intent(looks(4, 2, 0))
    const [last, second, third] = [1, 2 ** -0.5, 0.5]
    const total = last + second + third
    expect([...(found?.recent ?? [])].slice(1)).toEqual(
      [last / total, second / total, third / total].map((share) => expect.closeTo(share, 6)),
    )
    expect([...(found?.last ?? [])]).toEqual([0, 1, 0, 0])
    expect(found?.groups).toEqual([1, 2, 3])
  })

  it('a product viewed twice counts only once, as recently as its last view', () => {
    expect(intent(looks(0, 2, 0))).toEqual(intent(looks(2, 0)))
  })

  it('the intent reads the last six products of a visit, including products without a peer group (category and brand)', () => {
    expect(intent(looks(4, 0, 1, 2, 3, 6, 7))?.recent[3]).toBe(0)
    expect(intent(looks(4, 0, 1, 2, 3, 6))?.recent[3]).toBeGreaterThan(0)
    expect(intent(looks(0, 7))?.last[0]).toBe(0)
  })

  it('products viewed at the same moment get equal shares of the intent', () => {
    const found = intent([4, 2, 0, 6].map((item) => looks(item)[0]))
    for (const group of [1, 2, 3]) {
      expect(found?.recent[group]).toBeCloseTo(1 / 4, 6)
      expect(found?.last[group]).toBeCloseTo(1 / 4, 6)
    }
  })

  it('the intent of an empty history is null', () => {
    expect(intent([])).toBeNull()
  })

  it('the intent counts products that were put into the basket, but not ordered products', () => {
    const named = (name: LogName, ...items: number[]) =>
      looks(...items).map((one) => ({ ...one, name }))
    expect(intent(named('purchase', 0, 2))).toBeNull()
    expect(intent([...looks(2, 0), ...named('purchase', 4)])).toEqual(intent(looks(2, 0)))
    expect(intent(named('add_to_cart', 2, 0))).toEqual(intent(looks(2, 0)))
  })

  it('the shares of all peer groups in the intent add up to at most 1, and only groups with products in the history have a share', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(7), { minLength: 1, maxLength: 30 }), (items) => {
        const found = intent(looks(...items))
        const sum = (values: Float32Array) => values.reduce((all, one) => all + one, 0)
        expect(sum(found?.recent ?? new Float32Array())).toBeLessThanOrEqual(1 + 1e-6)
        expect(sum(found?.last ?? new Float32Array())).toBeLessThanOrEqual(1)
        const own = new Set(items.map((item) => peerGroup[item]))
        found?.recent.forEach((share, group) => {
          if (share > 0) expect(own).toContain(group)
        })
      }),
    )
  })
})

describe('groupItems', () => {
  const item = (id: string, category?: string, brand?: string): Item => ({ id, category, brand })

  it('a category and a brand of the same name do not make the same group', () => {
    const items = [
      ...[item('a', 'tea', 'x'), item('b', 'tea'), item('c', 'tea', 'x'), item('d')],
      ...[item('e', undefined, 'tea'), item('f', 'x', 'tea')],
    ]
    expect([...groupItems(items, peerKey)]).toEqual([1, 2, 1, 0, 3, 4])
  })

  it('known peer groups keep their indices, and new groups get the next indices', () => {
    const known = new Map([['["tea","x"]', 7]])
    const items = [item('a', 'cup'), item('b', 'tea', 'x'), item('c', 'cup')]
    expect([...groupItems(items, peerKey, known)]).toEqual([8, 7, 8])
  })

  it('peersOf lists the rows of each peer group', () => {
    expect(peersOf(peerGroup)).toEqual([
      [6, 7],
      [0, 1],
      [2, 3],
      [4, 5],
    ])
  })
})
