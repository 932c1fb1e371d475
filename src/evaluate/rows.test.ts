import { describe, expect, it } from 'vitest'
import { type RowCase, Rows } from './rows.ts'

const A = { arm: 'a', metric: 'ndcg@10' }
const A_ELSEWHERE = { ...A, store: 'install' }
const B = { arm: 'b', metric: 'ndcg@10' }

/** Three cases of Ann, and between them one case of Bob. Arm b can't score Ann's second case or Bob's case. */
function example(): Rows<RowCase & { readonly size: number }> {
  const rows = new Rows<RowCase & { readonly size: number }>()
  rows.begin({ shopper: 'ann', size: 1 })
  rows.put(A, 0.2)
  rows.put(B, 0.5)
  rows.begin({ shopper: 'bob', size: 2 })
  rows.put(A, 0.9)
  rows.begin({ shopper: 'ann', size: 3 })
  rows.put(A, 0.4)
  rows.begin({ shopper: 'ann', size: 4 })
  rows.put(A, 0.6)
  rows.put(B, 0.1)
  rows.put(A_ELSEWHERE, 0.7)
  return rows
}

describe('rows', () => {
  it('rows give one mean per shopper, over the cases that have a value', () => {
    const [ann, bob] = example().means(A)
    expect([ann, bob]).toEqual([expect.closeTo(0.4, 12), 0.9])
    expect([...example().means(B)]).toEqual([expect.closeTo(0.3, 12), Number.NaN])
    expect([...example().means({ arm: 'nobody', metric: 'nll' })]).toEqual([Number.NaN, Number.NaN])
  })

  it('rows keep the values of different stores apart', () => {
    expect([...example().means(A_ELSEWHERE)]).toEqual([0.7, Number.NaN])
    expect(example().series).toEqual([{ ...A, store: '' }, { ...B, store: '' }, A_ELSEWHERE])
  })

  it('rows can be selected by the fields of their case', () => {
    const small = example().where(({ size }) => size < 3)
    expect([...small.means(A)]).toEqual([0.2, 0.9])
  })

  it('rows give differences by shopper, for cases in which both arms have a value', () => {
    const [ann, bob] = example().differences(A, B)
    expect(ann).toEqual([expect.closeTo(-0.3, 12), expect.closeTo(0.5, 12)])
    expect(bob).toEqual([])
  })

  it('rows can be split, cloned and joined again without a change of a mean', () => {
    const whole = example()
    const parts = [0, 1].map((rest) => whole.where(({ size }) => size % 2 !== rest))
    const sent = structuredClone(parts.map(({ cases, columns }) => ({ cases, columns })))
    const joined = Rows.join(sent)
    // Ann's first and second case now come first.
    expect(joined.cases.map(({ size }) => size)).toEqual([1, 3, 2, 4])
    for (const series of whole.series) expect(joined.means(series)).toEqual(whole.means(series))
  })

  it('averaged rows are means over training seeds, and a selection of averaged rows keeps the rows of each seed', () => {
    const [first, second] = [example(), example()]
    for (const column of second.columns.values()) for (const at of column.keys()) column[at] += 0.1
    const rows = Rows.average([first, second], ([one]) => one)
    const [ann, bob] = rows.means(A)
    expect([ann, bob]).toEqual([expect.closeTo(0.45, 12), expect.closeTo(0.95, 12)])
    expect([...rows.means(B)]).toEqual([expect.closeTo(0.35, 12), Number.NaN])
    const parts = [rows, rows.having(B), Rows.join([rows, rows.where(({ size }) => size > 3)])]
    for (const part of parts) {
      const [low, high] = part.bySeed.map((one) => one.means(A)[0])
      expect(high - low).toBeCloseTo(0.1, 12)
      expect(part.means(A)[0]).toBeCloseTo((low + high) / 2, 12)
    }
  })
})
