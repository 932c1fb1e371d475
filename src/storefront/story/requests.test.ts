import { expect, test } from 'vitest'
import type { LedgerEntry } from '../../index.ts'
import { less, loggedRequests, sum } from './requests.ts'

const entry = (kind: LedgerEntry['kind'], time: number, detail: LedgerEntry['detail']) =>
  ({ kind, time, detail }) as LedgerEntry

test('counts the log’s requests and uploads by address', () => {
  const log = [
    entry('request', 10, { url: '/models/latest.json', day: '2026-01-01', count: 3 }),
    entry('request', 30, { url: '/models/latest.json', day: '2026-01-02', count: 2 }),
    entry('upload', 40, { url: '/v1/report' }),
    entry('learn', 50, { cases: 4 }),
  ]
  expect([...loggedRequests(log)]).toEqual([
    ['/models/latest.json', 5],
    ['/v1/report', 1],
  ])
  expect([...loggedRequests(log, 30)]).toEqual([
    ['/models/latest.json', 2],
    ['/v1/report', 1],
  ])
})

test('keeps only counts that grew; a count that started again counts in full', () => {
  const before = new Map([
    ['a', 2],
    ['b', 5],
    ['c', 1],
  ])
  const now = sum(before, new Map([['a', 1]])).entries()
  const later = new Map([...now, ['b', 3] as const])
  expect([...less(later, before)]).toEqual([
    ['a', 1],
    ['b', 3],
  ])
})
