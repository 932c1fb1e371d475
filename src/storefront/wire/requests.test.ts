import { expect, test } from 'vitest'
import type { LedgerEntry } from '../../index.ts'
import type { Asked } from './asked.ts'
import { beforeOpening, fromEntry, totalsOf, unreported } from './requests.ts'
import { whatIs } from './whatIs.ts'

const entry = (
  kind: LedgerEntry['kind'],
  time: number,
  detail: LedgerEntry['detail'],
  bytesSent = 0,
) => ({ kind, time, detail, bytesSent }) as LedgerEntry

const LATEST = 'https://shop.test/models/latest.json'
const REPORT = 'https://leader.test/v1/reports'
const log = [
  entry('request', 10, { url: LATEST, day: '2026-01-01', count: 3 }),
  entry('request', 30, { url: LATEST, day: '2026-01-02', count: 2 }),
  entry('upload', 40, { url: REPORT }, 900),
  entry('learn', 50, { cases: 4 }),
]
const totals = totalsOf(log)

test('requests, uploads and their bytes are summed up by address', () => {
  expect([...totals]).toEqual([
    [LATEST, { count: 5, sent: 0, time: 30 }],
    [REPORT, { count: 1, sent: 900, time: 40 }],
  ])
})

test('an address requested after the page opened, but before the device’s log was first read, counts once', () => {
  const before = beforeOpening(totals, 20)
  expect(before.get(LATEST)?.count).toBe(4)
  expect(unreported(totals, before, [], false).map(({ address }) => address)).toEqual([
    LATEST,
    REPORT,
  ])
  expect(unreported(totals, beforeOpening(totals, 100), [], false)).toEqual([])
})

test('every request that the service worker did not report is added, once', () => {
  const before = totalsOf([])
  const seen: Asked = { address: LATEST, time: 11, way: 'network', sent: 0, by: 'shop' }
  const others = { ...seen, by: 'service-worker' } as const
  const added = unreported(totals, before, [seen, seen, others], false)
  expect(added.filter(({ address }) => address === LATEST)).toHaveLength(3)
  expect(added.at(-1)).toEqual({ address: REPORT, time: 40, way: 'network', sent: 900, by: 'log' })
  expect(unreported(totals, before, [seen, seen, others, ...added], false)).toEqual([])
  // The shop's service worker doesn't see requests of a vault (a frame on another origin). So the request that it
  // reported is not one of the vault's.
  expect(unreported(totals, before, [seen], true)).toHaveLength(6)
})

test('if the log was erased and started anew, all its requests are counted', () => {
  expect(unreported(totalsOf(log.slice(1, 2)), totals, [], false)).toHaveLength(2)
})

test('of the Performance entries, only requests that no service worker handled are counted', () => {
  const one = {
    entryType: 'resource',
    name: LATEST,
    startTime: 5,
    workerStart: 0,
    transferSize: 300,
    decodedBodySize: 20,
  }
  const network = { address: LATEST, time: 105, way: 'network', sent: null, by: 'browser' }
  expect(fromEntry(one, 100)).toEqual([network])
  expect(fromEntry({ ...one, transferSize: 0 }, 100)).toEqual([{ ...network, way: 'here' }])
  expect(fromEntry({ ...one, workerStart: 4 }, 100)).toEqual([])
  expect(fromEntry({ ...one, name: 'data:,x' }, 100)).toEqual([])
  const document = { ...one, entryType: 'navigation', workerStart: 4, transferSize: 0 }
  expect(fromEntry(document, 100)).toEqual([{ ...network, way: 'here', sent: 0 }])
})

test.each([
  ['/', 'page'],
  ['/product/85123A', 'page'],
  ['/catalog/catalog.json', 'products'],
  ['/models/latest.json', 'modelCheck'],
  ['/models/3/manifest.json', 'model'],
  ['/assets/worker-Bx1.js', 'learning'],
  ['/assets/searchWorker-Be8QRd.js', 'search'],
  ['/assets/wasmEngine-x.js', 'arithmetic'],
  ['/assets/react-dom-x.js', 'program'],
  ['/assets/fraunces-600-x.woff2', 'type'],
  ['/orders', 'order'],
  ['/v1/reports', 'update'],
  ['/manifest.webmanifest', 'name'],
  ['/assets/waict-x.json', 'hashes'],
  ['/robots.txt', 'other'],
])('the request %s is of kind %s', (path, kind) => {
  expect(whatIs(`https://shop.test${path}`)).toBe(kind)
})
