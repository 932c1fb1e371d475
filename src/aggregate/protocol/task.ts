/** @module `GET /v1/task`: the round for which an aggregator collects reports, and the round's terms. */
import { fromBase64 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { createReaders } from '@nearside/core/reading.ts'
import { taskMessage, verify } from '../privacy/signature.ts'
import { type Policy, parsePolicy, policyHash } from './policy.ts'

export const PROTOCOL = 3

export interface Task {
  readonly protocol: typeof PROTOCOL
  readonly role: 'leader' | 'helper'
  readonly round: number
  readonly state: 'open' | 'closed'
  readonly policyHash: string
  readonly policy: Policy
  /** Aggregator's clock in milliseconds since the epoch, rounded down to whole seconds. */
  readonly time: number
  /** Base64 signature over role, round, policyHash and time, by the key that the policy names for this role. */
  readonly signature: string
}

/** @throws NearsideError `policy-mismatch` for a malformed or unsigned task, or a hash of another policy */
export async function parseTask(value: unknown, role: Task['role']): Promise<Task> {
  if (typeof value !== 'object' || value === null) throw mismatch(role, 'sent no task')
  const task = value as Record<string, unknown>
  if (task.protocol !== PROTOCOL) throw mismatch(role, 'speaks another protocol version')
  if (task.role !== role) throw mismatch(role, 'has another role')
  if (!Number.isInteger(task.round) || (task.round as number) < 1)
    throw mismatch(role, 'names no round')
  const policy = parsePolicy(task.policy)
  const hash = await policyHash(policy)
  if (task.policyHash !== hash) throw mismatch(role, 'names another hash than its policy’s')
  if (!Number.isSafeInteger(task.time) || (task.time as number) < 0)
    throw mismatch(role, 'names no time')
  const [round, time] = [task.round as number, task.time as number]
  const signature = String(task.signature)
  const message = taskMessage({ role, round, policyHash: hash, time })
  if (!(await verify(fromBase64(policy[role].signing), signature, message)))
    throw mismatch(role, 'has not signed its task')
  const state = task.state === 'open' ? 'open' : 'closed'
  return { protocol: PROTOCOL, role, round, state, policyHash: hash, policy, time, signature }
}

function mismatch(role: string, what: string): NearsideError {
  return new NearsideError('policy-mismatch', `The ${role} ${what}`)
}

export interface Receipt {
  readonly id: string
  readonly round: number
  /** Hex SHA-256 of the report's bytes. */
  readonly bodyHash: string
  readonly signature: string
}

const { number, object, text } = createReaders(
  (what) => new NearsideError('report-invalid', `The leader’s receipt: ${what} is not valid`),
)
const readReceipt = object<Receipt>({
  id: text(/./),
  round: number(),
  bodyHash: text(/./),
  // Base64 of 64 bytes.
  signature: text(/^[A-Za-z0-9+/]{85}[AQgw]==$/),
})

/** @throws NearsideError `report-invalid` for a value that lacks a field of a receipt, or has a malformed one */
export const parseReceipt = (value: unknown): Receipt => readReceipt(value, '')
