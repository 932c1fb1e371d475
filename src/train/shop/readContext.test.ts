import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CONTEXT_KINDS } from '@nearside/core/features/context/context.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contextKindsOf, contextOf } from './context.ts'
import { readContext, readShop } from './read.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-shop-'))
})
afterEach(() => rm(folder, { recursive: true }))

const put = (name: string, text: string) => writeFile(join(folder, name), text)
const at = (time: string) => Date.parse(time)

describe('context.tsv', () => {
  const read = async (text: string) => {
    await put('context.tsv', text)
    return readContext(join(folder, 'context.tsv'))
  }

  test('context.tsv can have columns in any order, days or times, and empty values', async () => {
    const changes = await read(
      'name\tvalue\ttime\nweather\train\t2011-05-01\n\nweather\t\t2011-05-01T14:00:00Z\n',
    )
    expect(changes).toEqual([
      { time: at('2011-05-01'), name: 'weather', value: 'rain' },
      { time: at('2011-05-01T14:00:00Z'), name: 'weather', value: '' },
    ])
  })

  const HEADER = 'time\tname\tvalue\n'
  test.each([
    ['time\tname\n', 'context.tsv line 1: the header must be time, name, value'],
    [`${HEADER}2011-05-01\tweather\n`, 'context.tsv line 2: has 2 fields'],
    [`${HEADER}yesterday\tweather\train\n`, "context.tsv line 2: 'yesterday' is not an ISO date"],
    [
      `${HEADER}\n2011-05-01\tWeather\train\n`,
      "context.tsv line 3: 'Weather' can't name a context",
    ],
    [
      `${HEADER}2011-05-01\tweekday\tmonday\n`,
      "'weekday' comes from the clock, so a shop can't set it",
    ],
    [`${HEADER}2011-05-01\tprice\t3\n`, "'price' comes from the catalog, so a shop can't set it"],
    [`${HEADER}2011-05-01\tweather\t${'x'.repeat(65)}\n`, 'at most 64 characters'],
  ])('readContext refuses %j', async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining(message),
    })
  })
})

describe('the context of a shop folder', () => {
  const events = (lines: readonly string[]) =>
    put('events.tsv', `shopper\tevent\titem\ttime\tprice\n${lines.join('\n')}\n`)
  /** Tea costs 4 for eight days, then 3 for two; the mug's price hardly moves. */
  const priced = Array.from({ length: 10 }, (_, k) => [
    `a\tpurchase\ttea\t2011-05-${String(k + 1).padStart(2, '0')}\t${k < 8 ? 4 : 3}`,
    `b\tpurchase\tmug\t2011-05-${String(k + 1).padStart(2, '0')}\t${k === 9 ? 5.1 : 5}`,
  ]).flat()

  test('without prices and context.tsv, the context comes from the clock alone', async () => {
    await events(['a\tpurchase\ttea\t2011-05-01\t'])
    const shop = await readShop(folder)
    expect(contextKindsOf(shop)).toEqual(CONTEXT_KINDS)
    expect(contextOf(shop).at(at('2011-05-01'))).toEqual({})
    expect(contextOf(shop).discountsAt(at('2011-05-01'))).toBeNull()
  })

  test('a discount begins on the day after a price fell and ends two weeks after the end of the log', async () => {
    await events(priced)
    await put('context.tsv', 'time\tname\tvalue\n2011-05-04\tmarket_day\tyes\n')
    const shop = await readShop(folder)
    expect(contextKindsOf(shop)).toEqual([...CONTEXT_KINDS, 'market_day'])
    const contexts = contextOf(shop)
    expect(contexts.at(at('2011-05-04T10:00:00Z'))).toEqual({ market_day: 'yes' })
    const tea = (day: string) => contexts.discountsAt(at(day))?.[0]
    // The price of the day itself doesn't count, because it comes from the orders to predict.
    expect(tea('2011-05-09')).toBe(0)
    expect(tea('2011-05-10')).toBeCloseTo(Math.log(4 / 3), 6)
    expect(tea('2011-05-24')).toBeCloseTo(Math.log(4 / 3), 6)
    expect(tea('2011-05-25')).toBe(0)
    expect(contexts.discountsAt(at('2011-05-11'))?.[1]).toBe(0)
    // Too few days with a price have passed to know the usual price.
    expect(tea('2011-05-04')).toBe(0)
  })
})
