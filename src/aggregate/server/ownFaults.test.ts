/**
 * @module Tests that a server's own fault never makes it refuse a report permanently: the device can send the report
 * again.
 */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { USAGE } from '../privacy/pine/xof.ts'
import { serverXof } from './keystream.ts'
import { createFederation } from './testFederation.ts'
import { post, report } from './testReports.ts'

afterEach(() => vi.restoreAllMocks())

/** For each server, a function that makes one of the server's computations on a report fail once. */
const faults = {
  leader: () => vi.spyOn(serverXof, 'bytes').mockRejectedValueOnce(new Error('out of memory')),
  helper() {
    const { elements } = serverXof
    let failed = false
    vi.spyOn(serverXof, 'elements').mockImplementation((seed, usage, ...rest) => {
      if (failed || usage !== USAGE.measurementShare) return elements(seed, usage, ...rest)
      failed = true
      return Promise.reject(new RangeError('out of memory'))
    })
  },
}

describe.each(['leader', 'helper'] as const)('a fault of the %s', (role) => {
  it('a fault of the %s is logged and answered 503; the same bytes are counted later', async () => {
    const federation = await createFederation()
    const { body } = await report(federation, 0)
    faults[role]()
    const answer = await post(federation, body)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).not.toBeNull()
    expect(federation.log.join('\n')).toMatch(
      new RegExp(`^${role} .*not checked.*out of memory`, 'm'),
    )
    expect((await post(federation, body)).status).toBe(201)
  })

  it('a fault of the %s affects no other report', async () => {
    const federation = await createFederation()
    const bodies = []
    for (let i = 0; i < 3; i++) bodies.push((await report(federation, i)).body)
    faults[role]()
    const answers = await Promise.all(bodies.map((body) => post(federation, body)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 503])
  })
})
