import { test } from 'vitest'
import { checkReasons } from './testReasons.ts'

test('after fits, too, an item leaves the list with the event that its reason names', () =>
  checkReasons(true, 30))
