/**
 * @module Calls by the shopper's AI agent (`nearside/agents`). An agent could forward answers to its operator. So calls
 * need the shopper's separate yes, are limited per 24 hours, and are logged before the device answers.
 */
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { DAY } from '@nearside/core/time.ts'
import type { Services } from './services.ts'

/** Maximum agent calls in 24 hours. A shopper needs a dozen calls; copying a large catalog takes thousands. */
export const MOST_CALLS = 100

const AGENT_TOOLS = ['search', 'recommend', 'compare', 'basket'] as const
export type AgentTool = (typeof AGENT_TOOLS)[number]

/**
 * Stores the shopper's answer on agents. A yes is logged before it takes effect; a no takes effect before it is logged.
 * @throws NearsideError `storage-…` if log or setting can't be written to disk
 */
export async function setAgents(
  { bus, ledger, state, store }: Pick<Services, 'bus' | 'ledger' | 'state' | 'store'>,
  allowed: boolean,
): Promise<void> {
  try {
    const before = (await store.setting('agents')) === true
    if (!allowed) await store.changeSettings(() => ({ agents: undefined }))
    if (before !== allowed) await ledger.append({ kind: 'agent', detail: { allowed } }, 'disk')
    if (allowed) await store.changeSettings(() => ({ agents: true }))
    state.agents = allowed
  } finally {
    bus.emit('stored', 'settings')
    bus.emit('shown', null)
  }
}

/**
 * Logs a call. The page answers the agent only after this function resolves.
 * @param items number of items that the agent will get
 * @throws NearsideError `input-invalid`; `consent-missing` without the shopper's yes; `budget-exhausted` after
 * `MOST_CALLS` calls in 24 hours; `storage-…` if the log can't be written to disk
 */
export async function logAgentCall(
  { ledger, now, state, store }: Pick<Services, 'ledger' | 'now' | 'state' | 'store'>,
  tool: AgentTool,
  items: number,
): Promise<void> {
  if (!AGENT_TOOLS.includes(tool) || !Number.isSafeInteger(items) || items < 0)
    throw invalidInput('A call must name a tool and a number of items.')
  // Another tab could have withdrawn the yes since this tab last read it.
  if (!state.agents || (await store.setting('agents')) !== true)
    throw new NearsideError('consent-missing', 'The shopper has not allowed agents in this shop.')
  const requireRoom = async (end: number) => {
    const calls = (await ledger.entries()).filter(
      ({ kind, detail, time, sequence }) =>
        kind === 'agent' && 'tool' in detail && time > now() - DAY && sequence < end,
    )
    if (calls.length < MOST_CALLS) return
    const message = `Agents have made ${MOST_CALLS} calls in 24 hours, which is the limit.`
    throw new NearsideError('budget-exhausted', message)
  }
  // Checked before logging, because refused calls must not fill the log.
  await requireRoom(Number.POSITIVE_INFINITY)
  const { sequence } = await ledger.append({ kind: 'agent', detail: { tool, items } }, 'disk')
  // Checked again, because the log now has calls that other tabs logged at the same time.
  await requireRoom(sequence)
}
