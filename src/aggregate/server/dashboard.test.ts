import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createFederation, LEADER } from './testFederation.ts'

it('the dashboard shows exactly the metrics that a server exports', async () => {
  const file = new URL('../../../docs/deploy/grafana.json', import.meta.url)
  const dashboard: { panels: { targets: { expr: string }[] }[] } = JSON.parse(
    readFileSync(file, 'utf8'),
  )
  const shown = dashboard.panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => expr.match(/\bnearside_\w+/g) ?? []),
  )
  const { fetch } = await createFederation()
  const text = await (await fetch(`${LEADER}/metrics`)).text()
  const metrics = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name)
  expect([...new Set(shown)].sort()).toEqual(metrics.sort())
})
