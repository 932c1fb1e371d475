import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import { STARTING } from '@nearside/browser/page/starting.ts'
import { wordsIn } from '@nearside/browser/page/words.ts'
import type { Signal } from '@nearside/core/ranking/apiLists.ts'
import { expect, test } from 'vitest'
import { GERMAN } from '../../german.ts'
import { movedText, ratingText, reasonText } from '../lists/itemText.ts'
import { troubleText } from '../messages/lists.ts'
import { ENGLISH } from '../messages/panel.ts'
import * as panel from './panelText.ts'

const words = wordsIn(ENGLISH, 'en-GB')
const engineText = panel.engineText.bind(null, words)
const fitText = panel.fitText.bind(null, words)
const guardText = panel.guardText.bind(null, words)
const sentText = panel.sentText.bind(null, words)

const itemOf = (id: string) => (id === 'tin' ? { id, title: 'Cake tin' } : undefined)

test('before the personal model is fitted on this page, the text names the engine of the last stored fit', () => {
  const fit = { engine: 'wasm' } as PersonalizerSnapshot['fit']
  expect(engineText({ ...STARTING, status: 'ready' })).toBe('Nothing yet')
  expect(engineText({ ...STARTING, status: 'ready', fit })).toBe('wasm, when it last learned')
})

test('the message for a failure depends on the error’s code or the code’s prefix', () => {
  expect(troubleText(words, 'storage-full')).toBe('Not everything could be saved.')
  expect(troubleText(words, 'storage-corrupt')).toMatch(/can no longer be read/)
  expect(troubleText(words, 'worker-failed')).toBe('Something went wrong; the shop still works.')
})

test('a rating is read out as a sentence, and shown only if somebody rated', () => {
  const german = wordsIn({ ...ENGLISH, ...GERMAN }, 'de')
  const rated = (item: object, of = words, locale = 'en-GB') =>
    ratingText({ id: 'a', ...item }, of, locale)
  const short = '★ 4.6 (1,280)'
  expect(rated({ rating: 4.64, reviews: 1280 })).toEqual({
    ...{ short, long: 'Rated 4.6 of 5, 1,280 reviews' },
  })
  expect(rated({ rating: 5, reviews: 1 })?.long).toBe('Rated 5 of 5, 1 review')
  expect(rated({ rating: 4.6, reviews: 128 }, german, 'de')).toEqual({
    ...{ short: '★ 4,6 (128)', long: '4,6 von 5 Sternen, 128 Bewertungen' },
  })
  expect(rated({ rating: 3 })).toEqual({ short: '★ 3', long: 'Rated 3 of 5' })
  for (const item of [{}, { rating: 4, reviews: 0 }, { rating: 0, reviews: 3 }, { reviews: 3 }])
    expect(rated(item)).toBeNull()
})

test('a reason is one sentence, even if the item has left the shop', () => {
  const because = (signal: Signal, item = 'tin') =>
    reasonText(words, { kind: 'because', item, signal }, itemOf)
  expect(because('viewed')).toBe('Because you looked at Cake tin')
  expect(because('wished')).toBe('Because you put Cake tin on your wishlist')
  expect(because('basket')).toBe('Because you put Cake tin in your basket')
  expect(because('bought')).toBe('Because you bought Cake tin')
  expect(because('bought', 'gone')).toBe('Because you bought another product')
  // If the tin is listed because of an event about the tin itself, its text has no “because”.
  const own = { kind: 'because', item: 'tin', signal: 'viewed' } as const
  expect(reasonText(words, own, itemOf, 'tin')).toBe('You looked at Cake tin')
  expect(reasonText(words, own, itemOf, 'jar')).toBe('Because you looked at Cake tin')
  expect(reasonText(words, { kind: 'similar', item: 'tin' }, itemOf)).toBe('Similar to Cake tin')
  const looks = { kind: 'looks-like', item: 'tin' } as const
  expect(reasonText(words, looks, itemOf)).toBe('Looks like Cake tin')
  const german = wordsIn({ ...ENGLISH, ...GERMAN }, 'de')
  expect(reasonText(german, looks, itemOf)).toBe('Sieht aus wie Cake tin')
  expect(reasonText(words, { kind: 'bought-together', item: 'tin' }, itemOf)).toBe(
    'Often bought with Cake tin',
  )
  expect(reasonText(words, { kind: 'bought-before' }, itemOf)).toBe('You’ve bought this before')
  expect(reasonText(words, { kind: 'category', category: 'Bags' }, itemOf)).toBe(
    'You’ve been browsing Bags',
  )
  expect(reasonText(words, { kind: 'searched', query: 'parasol' }, itemOf)).toBe(
    'You searched for “parasol”',
  )
  expect(reasonText(words, { kind: 'taste' }, itemOf)).toBe('Because of your recent picks')
  expect(reasonText(words, { kind: 'new' }, itemOf)).toBe('New in this shop')
  expect(reasonText(words, { kind: 'shop-order' }, itemOf)).toBe('In the shop’s usual order')
  expect(reasonText(words, { kind: 'popular' }, itemOf)).toBe('A best seller')
  expect(reasonText(words, { kind: 'chosen', rule: 'x' }, itemOf)).toBe('Chosen by the shop')
  expect(reasonText(words, { kind: 'context', name: 'weather', value: 'rain' }, itemOf)).toBe(
    'Popular right now (weather: rain)',
  )
  expect(reasonText(words, { kind: 'context', name: 'holiday', value: 'new-year' }, itemOf)).toBe(
    'Popular right now',
  )
  expect(reasonText(words, { kind: 'offer' }, itemOf)).toBe('Below its usual price')
})

test('the text about a move compares an item’s rank with its base rank, and is left out if both are equal', () => {
  const at = (baseRank: number) => ({ rank: 2, baseRank })
  expect(movedText(words, at(12))).toBe('10 places higher than for everyone')
  expect(movedText(words, at(1))).toBe('1 place lower than for everyone')
  expect(movedText(words, at(2))).toBeNull()
  expect(movedText(words, at(Number.NaN))).toBeNull()
})

test('the text of a stored action names its first products, or the words of a search', () => {
  const text = (event: Parameters<typeof panel.actionText>[1]) =>
    panel.actionText(words, event, itemOf)
  expect(text({ name: 'view_item', items: ['tin'] })).toBe('Looked at: Cake tin')
  expect(text({ name: 'view_item_list', items: ['tin', 'a', 'b', 'c', 'd'] })).toBe(
    'Shown in a list: Cake tin, a, b, c … (5)',
  )
  expect(text({ name: 'search', items: [], query: 'mug' })).toBe('Searched for: mug')
})

test('the panel says what was sent, to the byte', () => {
  expect(sentText(STARTING)).toBe('Shared nothing')
  expect(sentText({ ...STARTING, sent: { reports: 1, bytes: 2168, epsilon: null } })).toBe(
    'Shared 2,168 bytes in 1 update',
  )
})

test('the panel describes the engine, the last fit, and whether the personal model is in use', () => {
  expect(engineText(STARTING)).toBe('Starting…')
  expect(engineText({ ...STARTING, engine: { name: 'wasm', device: 'CPU', reason: '' } })).toBe(
    'wasm on CPU',
  )
  expect(fitText(STARTING)).toMatch(/^Not yet/)
  expect(fitText({ ...STARTING, fitting: { done: 3, steps: 30 } })).toBe(
    'Learning now: step 3 of 30',
  )
  expect(fitText({ ...STARTING, deferred: 'battery' })).toMatch(/^Paused to save/)
  const fit = {
    engine: 'wasm',
    cases: 1,
    lossBefore: 2,
    lossAfter: 1,
    fusionWeight: 1,
    active: true,
    milliseconds: 4.26,
  }
  expect(fitText({ ...STARTING, fit })).toBe('In 4.3 ms, on wasm')
  expect(guardText({ ...STARTING, paused: true })).toMatch(/^Paused/)
  expect(
    guardText({ ...STARTING, guard: { active: false, logLikelihoodRatio: -5, tested: 9 } }),
  ).toMatch(/^Off/)
})

test('the text about a deletion lists actions by kind, and a purchase’s other products', () => {
  const going = [
    { name: 'view_item', items: ['tin'] },
    { name: 'view_item', items: ['tin'] },
    { name: 'purchase', items: ['tin', 'mug', 'jar'] },
  ] as unknown as Parameters<typeof panel.goesText>[3]
  const about = { kind: 'item', name: 'tin' } as const
  const goesText = panel.goesText.bind(null, { itemOf, words, locale: 'en-GB' }, 'Cake tin', about)
  expect(goesText(going)).toBe(
    'Forgetting Cake tin deletes 2 views and 1 purchase. A purchase is deleted as a whole, with 2 other products.',
  )
  expect(goesText(going.slice(0, 1))).toBe('Forgetting Cake tin deletes 1 view.')
  expect(goesText([])).toBe('Nothing is stored about Cake tin.')
})
