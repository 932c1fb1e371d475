import { utf8 } from '@nearside/core/bytes.ts'
import { expect, it } from 'vitest'
import { errorFromResponse, isRetryable, problem } from './problem.ts'
import { endpoint } from './routes.ts'
import { parseReceipt } from './task.ts'

it('an answer’s status determines an error code, whatever the body is', () => {
  const body = utf8(JSON.stringify(problem(410, 'round-closed', 'The round is over')))
  expect(errorFromResponse(410, body)).toMatchObject({
    code: 'round-closed',
    message: 'The leader answered 410: The round is over',
  })
  expect(errorFromResponse(409, utf8('<html>')).code).toBe('report-conflict')
  expect(errorFromResponse(503, new Uint8Array(0)).code).toBe('aggregator-unreachable')
  const long = utf8(JSON.stringify({ title: 'x'.repeat(10_000) }))
  expect(errorFromResponse(422, long).message.length).toBeLessThan(300)
})

it('only temporary failures are retryable', () => {
  expect([408, 429, 500, 503].map(isRetryable)).toEqual([true, true, true, true])
  expect([400, 409, 410, 413, 415, 422].some(isRetryable)).toBe(false)
})

it('`endpoint` joins a URL and a path with one slash', () => {
  expect(endpoint('http://h/x/', '/v1/task')).toBe('http://h/x/v1/task')
  expect(endpoint('http://h', '/v1/task')).toBe('http://h/v1/task')
})

it('a receipt that lacks a field is refused', () => {
  const receipt = { id: 'a', round: 1, bodyHash: 'b', signature: `${'A'.repeat(86)}==` }
  expect(parseReceipt({ ...receipt, more: 1 })).toEqual(receipt)
  for (const bad of [null, {}, { ...receipt, round: '1' }, { ...receipt, signature: '?' }])
    expect(() => parseReceipt(bad)).toThrow(/receipt/)
})
