import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readShop } from './read.ts'
import { describeLeftOut } from './wrongLines.ts'

const NOW = Date.UTC(2025, 0, 1)
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-wrong-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** Reads a log of `good` correct lines, followed by the given lines. */
async function read(good: number, ...wrong: string[]) {
  const right = Array.from({ length: good }, (_, k) => {
    const day = String((k % 28) + 1).padStart(2, '0')
    return `s${k % 5}\tpurchase\ti${k % 3}\t2024-01-${day}T10:00:00Z\t`
  })
  const lines = ['shopper\tevent\titem\ttime\tprice', ...right, ...wrong]
  await writeFile(join(folder, 'events.tsv'), lines.join('\n'))
  return readShop(folder, NOW)
}

it('a few wrong lines of a log are left out and reported by number and reason', async () => {
  const whole = await read(100)
  expect(whole.leftOut).toBeUndefined()
  const { leftOut, ...rest } = await read(
    100,
    's1\tpurchase\ti0\t\t',
    's1\tpurchase\tlater\t2031-01-01T00:00:00Z\t',
    's9\tpurchase\ti0\t2024-02-31\t',
    's1\tpurchase\ti0\t\t2',
    's1\trefund\ti0\t2024-01-05T10:00:00Z\t',
    's1\tpurchase\ti0\t2024-01-05',
  )
  expect(rest).toEqual(whole)
  expect(leftOut).toEqual([
    { reason: 'without a time', lines: 2, first: 102 },
    { reason: 'in the future', lines: 1, first: 103 },
    { reason: 'whose time is no ISO date or date-time', lines: 1, first: 104 },
    { reason: 'with an unknown event', lines: 1, first: 106 },
    { reason: 'with too many or too few fields', lines: 1, first: 107 },
  ])
  expect(describeLeftOut(leftOut).slice(0, 2)).toEqual([
    '2 lines of the log without a time were left out (the first is line 102)',
    '1 line of the log in the future was left out (line 103)',
  ])
})

it('a log with many wrong times is refused', async () => {
  const wrong = (time: string) => Array.from({ length: 12 }, () => `s1\tpurchase\ti0\t${time}\t`)
  await expect(read(100, ...wrong('01/02/2024'))).rejects.toThrow(
    "events.tsv line 102: '01/02/2024' is not an ISO date or date-time (12 of 112 lines are wrong)",
  )
  await expect(read(100, ...wrong('2031-01-01'))).rejects.toThrow('lies in the future')
  await expect(read(0, ...wrong(''))).rejects.toThrow('events.tsv line 2: has no time')
})
