/**
 * @module Asks both aggregators for the current round, and continues only if their answers agree. If an aggregator
 * shows one device a different policy, model or key, the other aggregator's answer exposes it.
 */

import { endpoint, ROUTES } from '@nearside/aggregate/protocol/routes.ts'
import { parseTask, type Task } from '@nearside/aggregate/protocol/task.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { readJson } from '@nearside/core/reading.ts'
import type { Transport } from '../transport/http.ts'
import type { SignedTimes } from './clock.ts'
import type { Recipients } from './terms.ts'

/** Maximum difference between both servers' clocks, milliseconds. If one is right, the other's error is no larger. */
const MOST_APART = 3_600_000

export type AgreedTask = Task & SignedTimes

/**
 * @throws NearsideError `aggregator-unreachable` if a server doesn't answer; `policy-mismatch` if their policies differ
 *   or their clocks are far apart; `round-closed` if the round takes no more reports
 */
export async function agreeTask(
  transport: Pick<Transport, 'get'>,
  endpoints: Pick<Recipients, 'leader' | 'helper'>,
): Promise<AgreedTask> {
  const [leader, helper] = await Promise.all([
    fetchTask(transport, endpoints.leader, 'leader'),
    fetchTask(transport, endpoints.helper, 'helper'),
  ])
  // Between two rounds, the servers' round numbers can differ by one for a moment.
  if (leader.round !== helper.round || leader.state !== 'open' || helper.state !== 'open')
    throw new NearsideError('round-closed', 'No round is open now')
  if (leader.policyHash !== helper.policyHash)
    throw new NearsideError('policy-mismatch', 'The two aggregators show different policies')
  const [time, latest] = [leader.time, helper.time].sort((a, b) => a - b)
  if (latest - time > MOST_APART)
    throw new NearsideError('policy-mismatch', 'The clocks of the two aggregators are far apart')
  return { ...leader, time, latest }
}

async function fetchTask(
  transport: Pick<Transport, 'get'>,
  base: string,
  role: Task['role'],
): Promise<Task> {
  const bytes = await transport.get(endpoint(base, ROUTES.task), 'policy')
  return parseTask(readJson(bytes, 'policy-mismatch', `The ${role} sent no JSON`), role)
}
