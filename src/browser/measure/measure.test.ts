import type { ListQuery } from '@nearside/core/ranking/apiLists.ts'
import { createFakePersonalizer } from '@nearside/ui/react/testPersonalizer.ts'
import { expect, test, vi } from 'vitest'
import { fromDataLayer } from '../adapters/ga4.ts'
import { holdOut } from './holdOut.ts'
import { measureLists, toGa4 } from './measureLists.ts'

const ITEMS = ['a', 'b', 'c'].map((id) => ({ id }))

type Options = Parameters<typeof holdOut>[1]

function memory(): NonNullable<Options['storage']> & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
}

const start = (options: Partial<Options> = {}) => {
  const personalizer = createFakePersonalizer(ITEMS)
  const watch = vi.spyOn(personalizer, 'watch')
  const trial = holdOut(personalizer, { share: 0.1, name: 't', storage: memory(), ...options })
  const askedOf = (query: ListQuery) => {
    trial.watch(query, () => undefined)()
    return watch.mock.lastCall?.[0]
  }
  return { personalizer, trial, askedOf, arm: () => trial.getSnapshot().trial?.arm }
}

test('a browser draws its arm once, and stores only the trial’s name and the arm', async () => {
  const storage = memory()
  const { arm, trial } = start({ storage, draw: () => 0.0999 })
  expect(arm()).toBe('hold-out')
  expect(trial.getSnapshot().trial).toEqual({ name: 't', share: 0.1, arm: 'hold-out' })
  expect([...storage.kept.values()]).toEqual(['{"name":"t","arm":"hold-out"}'])
  expect(start({ storage, draw: () => 0.9, share: 0.01 }).arm()).toBe('hold-out')
  expect(start({ storage, name: 'next', draw: () => 0.1 }).arm()).toBe('personal')
  await trial.erase()
  expect(storage.kept.size).toBe(0)
})

test('with the default random source, the configured share of browsers is held out', () => {
  const held = Array.from({ length: 4000 }, () => start({ share: 0.25 }).arm()).filter(
    (arm) => arm === 'hold-out',
  )
  // The share may deviate from its expectation by up to eight standard deviations.
  expect(Math.abs(held.length - 1000)).toBeLessThan(220)
  expect(start({ share: 0 }).arm()).toBe('personal')
  expect(start({ share: 1 }).arm()).toBe('hold-out')
})

test('without storage no shopper is held out', () => {
  const refusing = { ...memory(), setItem: () => undefined }
  const throwing = {
    ...memory(),
    setItem() {
      throw new Error('full')
    },
  }
  for (const storage of [refusing, throwing]) {
    const { trial, askedOf } = start({ storage, share: 1 })
    expect(trial.getSnapshot().trial).toBeNull()
    expect(askedOf({ kind: 'recommend' })).toEqual({ kind: 'recommend', options: {} })
  }
  const spoilt = memory()
  spoilt.kept.set('nearside.trial', '{"name":"t","arm":"neither"')
  expect(start({ storage: spoilt, share: 1 }).arm()).toBe('hold-out')
})

test('a held-out shopper sees base lists, except lists of viewed or bought items', async () => {
  const { askedOf, personalizer, trial } = start({ share: 1 })
  expect(askedOf({ kind: 'recommend', options: { limit: 3 } })).toEqual({
    kind: 'recommend',
    options: { limit: 3, order: 'base' },
  })
  expect(askedOf({ kind: 'similar', item: 'a' })?.options?.order).toBe('base')
  expect(askedOf({ kind: 'rerank', items: ['a'] })?.options?.order).toBe('base')
  for (const from of ['viewed', 'bought'] as const)
    expect(askedOf({ kind: 'recommend', options: { from } })?.options).toEqual({ from })
  const recommend = vi.spyOn(personalizer, 'recommend')
  await trial.recommend()
  expect(recommend.mock.lastCall).toEqual([{ order: 'base' }])
  const { askedOf: asked } = start({ share: 0 })
  expect(asked({ kind: 'recommend' })).toEqual({ kind: 'recommend', options: {} })
})

test('`getSnapshot` of a trial returns the same object until something changes', () => {
  const { trial, personalizer } = start()
  const first = trial.getSnapshot()
  expect(trial.getSnapshot()).toBe(first)
  personalizer.change({ paused: true })
  expect(trial.getSnapshot()).not.toBe(first)
  expect(trial.getSnapshot().paused).toBe(true)
  expect(() => start({ share: 10 })).toThrow('share must be a number from 0 to 1.')
})

test('sinks (receivers of measurements) get list, rank and arm, and a sink that throws doesn’t stop the other sinks', () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const told: unknown[] = []
  const broken = {
    onClick() {
      throw new Error('mine')
    },
  }
  const sink = { onClick: told.push.bind(told), onImpression: told.push.bind(told) }
  const measure = measureLists(start({ share: 1 }).trial, broken, sink)
  measure.shown('forYou', [{ id: 'a', rank: 1 }])
  measure.clicked('forYou', { id: 'a', rank: 1 })
  expect(told).toEqual([
    { list: 'forYou', arm: 'hold-out', model: '1', items: [{ id: 'a', rank: 1 }] },
    { list: 'forYou', arm: 'hold-out', model: '1', id: 'a', rank: 1, team: null },
  ])
  expect(said).toHaveBeenCalledOnce()
  said.mockRestore()
})

test('GA4 gets only list, arm and model, and nothing under Global Privacy Control', () => {
  const sent: unknown[] = []
  const dataLayer = (event: string, parameters: object) => sent.push({ event, ...parameters })
  let refuses = false
  const measure = measureLists(
    start({ share: 0 }).personalizer,
    toGa4(dataLayer, () => refuses),
  )
  const both = () => {
    measure.shown('similar', [{ id: 'a', rank: 1 }])
    measure.clicked('similar', { id: 'a', rank: 1 })
  }
  both()
  const about = { item_list_id: 'similar', nearside_arm: 'personal', nearside_model: '1' }
  expect(sent).toEqual([
    { event: 'view_item_list', ...about },
    { event: 'select_item', ...about },
  ])
  // Measurements that a shop pushes to its dataLayer are not events of the shopper.
  expect(sent.map(fromDataLayer)).toEqual([null, null])
  expect(fromDataLayer(['event', 'select_item', about])).toBeNull()
  refuses = true
  both()
  expect(sent).toHaveLength(2)
})

test('without consent to storage no arm is drawn, and a withdrawn consent deletes an arm drawn before', async () => {
  const storage = memory()
  const fake = createFakePersonalizer(ITEMS)
  fake.change({ persist: { option: 'ask', allowed: null } })
  const options = { share: 1, name: 't', storage }
  expect(holdOut(fake, options).getSnapshot().trial).toBe(null)
  expect(storage.kept.size).toBe(0)
  await fake.setPersist(true)
  const trial = holdOut(fake, options)
  expect(trial.getSnapshot().trial).toMatchObject({ arm: 'hold-out' })
  expect(storage.kept.size).toBe(1)
  await trial.setPersist(false)
  expect(storage.kept.size).toBe(0)
})
