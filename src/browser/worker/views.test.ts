/** @module Tests the list that another context would give (counterfactual), with learners that reorder the list. */

import { NO_CONTEXT } from '@nearside/core/features/context/context.ts'
import { CONTEXT_CODE, contextFeature } from '@nearside/core/features/context/contextFeatures.ts'
import type { History } from '@nearside/core/features/history.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { Ranker } from '@nearside/core/ranking/ranker.ts'
import { expect, test } from 'vitest'
import { createViews } from './views.ts'

const NOW = Date.UTC(2026, 5, 20)
const ITEMS = 12

test('if the model gives the context no weight, leaving the context out changes no score', () => {
  const terms = [{ feature: contextFeature('discount')!, weight: 0 }]
  const ranker = new Ranker(
    { ...tinyModel(ITEMS), context: { terms, code: CONTEXT_CODE, contexts: NO_CONTEXT } },
    null,
  )
  const history: History = [{ item: 3, name: 'view_item', time: NOW - 1000, session: 'now' }]
  const learners = { reorder: (_: Float32Array, scores: Float32Array) => scores.map((one) => -one) }
  const inputs = [
    { now: () => NOW, state: { own: { events: [], personal: null }, revision: 0 } },
    { loaded: null },
    { history, cleaned: { events: [] } },
    { of: () => learners },
  ]
  const views = createViews(...(inputs as unknown as Parameters<typeof createViews>))
  const rows = [...Array(ITEMS).keys()]
  const present = views.present(ranker).scored.scoresOf(rows)
  expect(views.withoutContext(ranker)?.scored.scoresOf(rows)).toEqual(present)
})
