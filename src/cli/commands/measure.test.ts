import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'
import { expect, test } from 'vitest'
import { type Flags, runCommand } from '../testCommand.ts'
import { command } from './measure.ts'

async function measure(name: string, text: string, flags: Flags = {}) {
  const file = join(testFolder(), name)
  writeFileSync(file, text)
  const { result, printed } = await runCommand(command, { flags, positionals: [file] })
  return { result, text: printed.join('\n') }
}

test('measure reads counts from a GA4 report with events, arms and custom dimensions', async () => {
  const html = join(testFolder(), 'm.html')
  const csv = `Event name,customEvent:nearside_arm,customEvent:nearside_model,Event count
view_item_list,personal,1,1000
select_item,personal,1,240
view_item_list,hold-out,1,500
select_item,hold-out,1,100
page_view,,,90000
view_item_list,,1,7
`
  const { text } = await measure('counts.csv', csv, { html })
  // The interval is exp(log 1.2 ± 1.96 · √(1/240 + 1/100)): 1.2 is the lift, 240 and 100 are the arms' clicks.
  expect(text).toMatch(/ 1 +1,000 +24\.0 % +500 +20\.0 % +\+20\.0 % \[−5\.0, \+51\.5\]/)
  expect(text).toContain('as if each list had its own shopper')
  expect(text).toContain('2 rows named no arm, or another event, and were left out')
  expect(readFileSync(html, 'utf8')).toContain('<table')
})

test('measure reads GA4’s BigQuery export, and computes intervals from differences between shoppers', async () => {
  const line = (event: string, shopper: number, parameters: Readonly<Record<string, string>>) =>
    JSON.stringify({
      event_name: event,
      user_pseudo_id: `u${shopper}`,
      event_params: Object.entries({ item_list_id: 'forYou', ...parameters }).map(
        ([key, string_value]) => ({ key, value: { string_value } }),
      ),
    })
  const about = { nearside_arm: 'interleaved', nearside_model: '3' }
  const lines = Array.from({ length: 40 }, (_, k) => [
    line('view_item_list', k, about),
    line('select_item', k, { ...about, nearside_team: k % 4 ? 'personal' : 'base' }),
  ])
  const { text } = await measure('ga4.jsonl', lines.flat().join('\n'))
  expect(text).toMatch(/ 3 +40 +30 +10 +75\.0 % \[61\.\d %, 88\.\d %\]/)
  expect(text).toContain('95 % intervals over shoppers')
})

test('measure refuses a file without events or without arms', async () => {
  await expect(measure('a.csv', 'event_name,count\nselect_item,4\n')).rejects.toThrow(
    /nearside_arm/,
  )
  await expect(measure('b.csv', 'arm,count\npersonal,4\n')).rejects.toThrow(/event_name/)
  await expect(measure('c.csv', 'event,arm\npurchase,personal\n')).rejects.toThrow(/no row is a/)
})
