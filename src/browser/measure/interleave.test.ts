import type { Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { createFakePersonalizer } from '@nearside/ui/react/testPersonalizer.ts'
import { describe, expect, test, vi } from 'vitest'
import { interleave } from './interleave.ts'
import { measureLists, toGa4 } from './measureLists.ts'

const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({
  id,
  category: id > 'c' ? 'late' : 'early',
}))

const memory = () => {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
}

/**
 * Starts a shop whose shopper prefers the last items: the personal ranking is d e f a b c, the base ranking a b c d e
 * f.
 */
async function start(coins: readonly number[] = [0], storage = memory()) {
  const fake = createFakePersonalizer(ITEMS)
  await fake.capture({ name: 'view_item', item_id: 'd' })
  let tossed = 0
  const draw = vi.fn(() => coins[tossed++ % coins.length])
  const personalizer = interleave(fake, { name: 't', storage, draw })
  return { fake, personalizer, storage, draw }
}

const ids = (list: readonly Recommendation[]) => list.map(({ id }) => id).join('')

describe('interleaving', () => {
  test('in each round, both rankings add their best item that the list lacks, and a coin decides which adds first', async () => {
    const mixed = async (...coins: number[]) =>
      ids(await (await start(coins)).personalizer.recommend())
    expect(await mixed(0)).toBe('daebfc')
    expect(await mixed(0.9)).toBe('adbecf')
    expect(await mixed(0, 0.9, 0)).toBe('dabefc')
    const { personalizer } = await start()
    const four = await personalizer.recommend({ limit: 4 })
    expect(ids(four)).toBe('daeb')
    expect(four.map(({ rank }) => rank)).toEqual([1, 2, 3, 4])
  })

  test('a watched interleaved list tosses the coin of each round only once, and follows changes of both rankings', async () => {
    const { fake, personalizer, draw } = await start([0, 0.9, 0])
    const seen: string[] = []
    const end = personalizer.watch({ kind: 'recommend' }, (answer) => {
      if ('items' in answer) seen.push(ids(answer.items))
    })
    await expect.poll(() => seen.at(-1)).toBe('dabefc')
    fake.change({ revision: 9 })
    await expect.poll(() => seen.length).toBeGreaterThan(1)
    expect(new Set(seen)).toEqual(new Set(['dabefc']))
    expect(draw).toHaveBeenCalledTimes(3)
    end()
    const { length } = seen
    fake.change({ revision: 10 })
    await Promise.resolve()
    expect(seen).toHaveLength(length)
  })

  test('lists other than recommendations are not interleaved', async () => {
    const { fake, personalizer, draw } = await start()
    const watch = vi.spyOn(fake, 'watch')
    personalizer.watch({ kind: 'recommend', options: { from: 'viewed' } }, () => undefined)()
    personalizer.watch({ kind: 'similar', item: 'a' }, () => undefined)()
    expect(watch.mock.calls.map(([query]) => query)).toEqual([
      { kind: 'recommend', options: { from: 'viewed' } },
      { kind: 'similar', item: 'a' },
    ])
    expect(ids(await personalizer.recommend({ order: 'base' }))).toBe('abcdef')
    expect(draw).not.toHaveBeenCalled()
  })

  test('the ranking whose items got more clicks wins a list; with equal numbers of clicks the list is a tie', async () => {
    const { personalizer, storage } = await start()
    const sent: (string | undefined)[] = []
    const measure = measureLists(
      personalizer,
      toGa4((_, { nearside_team }) => sent.push(nearside_team)),
    )
    const show = async (list: string) => {
      const items = (await personalizer.recommend()).map(({ id }, at) => ({ id, rank: at + 1 }))
      measure.shown(list, items)
    }
    const click = (list: string, id: string) => measure.clicked(list, { id, rank: 1 })
    await show('forYou')
    expect(personalizer.wins()).toEqual({ personal: 0, base: 0, ties: 1 })
    click('forYou', 'a')
    expect(personalizer.wins()).toEqual({ personal: 0, base: 1, ties: 0 })
    click('forYou', 'e')
    expect(personalizer.wins()).toEqual({ personal: 0, base: 0, ties: 1 })
    click('forYou', 'd')
    await show('forYou')
    expect(personalizer.wins()).toEqual({ personal: 1, base: 0, ties: 1 })
    // A click in another list, or in a list that was not interleaved, doesn't count.
    click('similar', 'a')
    measure.shown('similar', [{ id: 'x', rank: 1 }])
    click('similar', 'x')
    expect(personalizer.wins()).toEqual({ personal: 1, base: 0, ties: 1 })
    expect(sent).toEqual([
      ...[undefined, 'base', 'personal', 'personal'],
      ...[undefined, undefined, undefined, undefined],
    ])
    expect(personalizer.getSnapshot().trial).toEqual({ name: 't', share: 1, arm: 'interleaved' })
    const again = await start([0], storage)
    expect(again.personalizer.wins()).toEqual({ personal: 1, base: 0, ties: 1 })
    await again.personalizer.erase()
    expect(storage.kept.size).toBe(0)
  })

  test('a trial with another name starts at zero, and damaged counts are read as zero', async () => {
    const storage = memory()
    storage.kept.set('nearside.interleaving', '{"name":"t","personal":"7","base":3,"ties":1.5}')
    expect((await start([0], storage)).personalizer.wins()).toEqual({
      personal: 0,
      base: 3,
      ties: 0,
    })
    const other = interleave(createFakePersonalizer(ITEMS), { name: 'other', storage })
    expect(other.wins()).toEqual({ personal: 0, base: 0, ties: 0 })
  })

  test('without storage no list is interleaved', async () => {
    const { personalizer, draw } = await start([0], { ...memory(), setItem: () => undefined })
    expect(ids(await personalizer.recommend())).toBe('defabc')
    expect(personalizer.getSnapshot().trial).toBeNull()
    expect(draw).not.toHaveBeenCalled()
  })
})
