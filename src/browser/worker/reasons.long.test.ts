import { test } from 'vitest'
import { checkReasons } from './testReasons.ts'

test('after a fit, too, an item is not in the list without the event that its reason names', () =>
  checkReasons(true, 30))
