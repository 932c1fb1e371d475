/** @module Tests in a real worker that a query becomes an event. */
import { afterEach, expect, test } from 'vitest'
import { idsOf, TestPage } from './testPage.ts'

const page = new TestPage()
afterEach(page.end)

test('a query changes list and reason in every tab until it is forgotten', async () => {
  const database = page.newDatabase()
  const personalizer = await page.start(database)
  const other = await page.start(database)
  const whole = { limit: 32 }
  const before = idsOf(await personalizer.recommend(whole))
  const id = await personalizer.capture({ name: 'search', search_term: 'Thing number 2' })
  const excludeIds = ['item-6', 'item-10', 'item-14']
  const [first] = await personalizer.recommend({ ...whole, excludeIds })
  const reason = { kind: 'searched', query: 'Thing number 2' }
  expect(first).toMatchObject({ reason })
  expect((await personalizer.explain('item-2'))?.reason).toEqual(reason)
  expect(idsOf(await personalizer.recommend(whole)).indexOf('item-2')).toBeLessThan(
    before.indexOf('item-2'),
  )
  const learned = { kind: 'query', name: 'Thing number 2', strength: 1 }
  expect(personalizer.getSnapshot().learned).toEqual([learned])
  await expect.poll(() => other.getSnapshot().learned).toEqual([learned])
  expect(JSON.parse(await personalizer.export()).events).toMatchObject([
    { name: 'search', query: 'Thing number 2' },
  ])
  if (id) await personalizer.forget({ kind: 'event', id })
  expect(idsOf(await personalizer.recommend(whole))).toEqual(before)
  expect(personalizer.getSnapshot().learned).toEqual([])
})
