import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openPeriods } from './periodFiles.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-periods-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function read() {
  const table = await openPeriods(folder, {})
  const rows = []
  for await (const some of table!.rows()) rows.push(...some)
  return { table: table!, rows }
}

it('gives each numbered file a week, by number and not by name', async () => {
  await writeFile(join(folder, 'period_10.txt'), 's3 c\n')
  await writeFile(join(folder, 'period_2.txt.gz'), gzipSync('s1 a\ns2 b\ns1 b\n'))
  await writeFile(join(folder, 'README.md'), 'not a period')
  const { table, rows } = await read()
  const [shopper, session, item, time, event] = table.columns.map((_, c) =>
    rows.map(({ values }) => values[c]),
  )
  expect(shopper).toEqual(['s1', 's2', 's1', 's3'])
  expect(session).toEqual(shopper)
  expect(item).toEqual(['a', 'b', 'b', 'c'])
  expect(new Set(event)).toEqual(new Set(['view_item']))
  expect(time[0]).toBe('2000-01-03T00:00:00Z')
  expect(time[3]).toBe('2000-01-10T00:00:00Z')
  expect([...time].sort()).toEqual(time)
})

it('keeps every click of a long period inside its week, in order', async () => {
  const clicks = Array.from({ length: 90_000 }, (_, k) => `s${k} a`)
  await writeFile(join(folder, 'p0.txt'), clicks.join('\n'))
  const { rows } = await read()
  const times = rows.map(({ values }) => Date.parse(values[3]))
  expect(times.every((time, k) => k === 0 || time > times[k - 1])).toBe(true)
  expect(times[times.length - 1]).toBeLessThan(Date.UTC(2000, 0, 10))
})

it('counts a damaged line instead of guessing, and skips empty ones', async () => {
  await writeFile(join(folder, 'p0.txt'), 's1 a\n\ns1\ns1 b 7\n')
  const { rows } = await read()
  expect(rows.map(({ problem }) => problem)).toEqual([undefined, 'unreadable', 'unreadable'])
})

it('leaves files to others and refuses a folder without periods', async () => {
  const file = join(folder, 'orders.csv')
  await writeFile(file, 'a,b\n')
  expect(await openPeriods(file, {})).toBeNull()
  await expect(openPeriods(folder, {})).rejects.toThrow(/numbered period/)
})
