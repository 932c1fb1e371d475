import { NearsideError } from '@nearside/core/error.ts'
import { expect, test } from 'vitest'
import { PageSnapshot } from './page.ts'

test('a repeated failure gives one notice with the last failure’s time, and hides no other notice', () => {
  let now = 0
  const snapshot = new PageSnapshot(() => ++now, 'auto')
  snapshot.notify(new NearsideError('worker-failed', 'The worker stopped answering.'))
  for (let i = 0; i < 60; i++)
    snapshot.notify(new NearsideError('event-invalid', 'An event was not kept.'))
  expect(snapshot.current.notices).toEqual([
    { code: 'event-invalid', message: 'An event was not kept.', time: 61 },
    { code: 'worker-failed', message: 'The worker stopped answering.', time: 1 },
  ])
})
