import { expect, test } from 'vitest'
import { addToHead, EMPTY_HEAD, readHead } from './head.ts'

test('names of events that an earlier version kept beside them go with the next write', () => {
  const kept = { count: 2, byName: { purchase: 2 }, lastTime: 5, session: 's', order: 3 }
  expect(readHead(kept)).toEqual({ count: 2, lastTime: 5, session: 's', order: 3 })
  const event = { id: 'a', name: 'view_item', items: ['x'], time: 9, session: 't' } as const
  const next = { count: 3, lastTime: 9, session: 't', order: 4 }
  expect(addToHead(readHead(kept), event)).toEqual(next)
  expect(readHead(undefined)).toEqual(EMPTY_HEAD)
})
