/** @module `GET /v1/task`: the round that an aggregator is collecting, and on which terms. */
import { NearsideError } from '../../core/error.ts'
import { type Policy, parsePolicy, policyHash } from './policy.ts'

export interface Task {
  readonly protocol: 1
  readonly role: 'leader' | 'helper'
  readonly round: number
  readonly state: 'open' | 'closed'
  /** Hex SHA-256 of the policy's canonical JSON. */
  readonly policyHash: string
  readonly policy: Policy
}

/** @throws NearsideError `policy-mismatch`: malformed, or the hash is not the policy's */
export async function parseTask(value: unknown, role: Task['role']): Promise<Task> {
  if (typeof value !== 'object' || value === null) throw mismatch(role, 'sent no task')
  const task = value as Record<string, unknown>
  if (task.protocol !== 1) throw mismatch(role, 'speaks another protocol version')
  if (task.role !== role) throw mismatch(role, 'is not the aggregator it should be')
  if (!Number.isInteger(task.round) || (task.round as number) < 1)
    throw mismatch(role, 'names no round')
  const policy = parsePolicy(task.policy)
  const hash = await policyHash(policy)
  if (task.policyHash !== hash) throw mismatch(role, 'names a hash that is not its policy’s')
  return {
    protocol: 1,
    role,
    round: task.round as number,
    state: task.state === 'open' ? 'open' : 'closed',
    policyHash: hash,
    policy,
  }
}

function mismatch(role: string, what: string): NearsideError {
  return new NearsideError('policy-mismatch', `The ${role} ${what}`)
}
