/** @module The leader: accepts reports, and brings full rounds to their release one step at a time. */
import { NearsideError } from '@nearside/core/error.ts'
import { createTasks } from './aggregator.ts'
import { type Accepted, createIntake } from './intake.ts'
import { HelperRefusal } from './peer.ts'
import { createRounds, type LeaderOptions } from './rounds.ts'
import { StepTaken } from './store/driver.ts'
import type { RoundState } from './store/records.ts'

export type LeaderAggregator = ReturnType<typeof createLeader>

/** States of a round in which the helper still has work to do. */
const UNFINISHED: readonly RoundState[] = ['open', 'full']

export function createLeader(options: LeaderOptions) {
  const { store, log = () => {} } = options
  const intake = createIntake(options, () => void advanceIfFull())
  const rounds = createRounds(options)
  let waitingFor: string | null = null
  let walk: Promise<void> | null = null
  let again = false
  let isStopped = false

  /** Advances the round as far as possible. Calling it is safe at any time, because calls never run in parallel. */
  function advance(): Promise<void> {
    again = true
    walk ??= go().finally(() => {
      walk = null
    })
    return walk
  }

  async function go(): Promise<void> {
    while (again && !isStopped) {
      again = false
      try {
        while ((await store.exclusively(rounds.step)) && !isStopped) waitingFor = null
        waitingFor = null
      } catch (thrown) {
        // `StepTaken` needs no handling, because another process takes the step.
        if (!(thrown instanceof StepTaken))
          await stall(
            NearsideError.from(thrown, 'storage-unavailable', 'The round cannot go on'),
            UNFINISHED,
          )
      }
    }
  }

  async function advanceIfFull(): Promise<void> {
    const record = await store.current().catch(() => null)
    if (record && record.counted >= record.policy.aggregationGoal) await advance()
  }

  /** Logs why the round waits, each new reason once. Abandons a round that the helper refuses to finish. */
  async function stall(error: NearsideError, ends: readonly RoundState[]): Promise<void> {
    if (error.message !== waitingFor) log(`waiting: ${error.message}`)
    waitingFor = error.message
    if (error instanceof HelperRefusal)
      await abandon(error.round, error.message, ends).catch(() => {})
  }

  function abandon(round: number, why: string, ends: readonly RoundState[]): Promise<boolean> {
    return store.exclusively(async () => {
      const record = await store.current()
      if (record?.round !== round || !ends.includes(record.state)) return false
      return rounds.abandon(record, why)
    })
  }

  return {
    role: 'leader' as const,
    trust: options.trust,
    store,
    task: createTasks('leader', options),
    /** Reason why reports can't be counted or the next step can't happen; null if there is none. */
    async waitingFor(): Promise<string | null> {
      if (waitingFor !== null) return waitingFor
      const record = await store.current()
      return record && intake.waitingFor(record.round)
    },
    unproven: intake.unproven,
    /** How often this server, since its start, replaced a round's model by the last trained model. */
    takenBack: rounds.takenBack,
    /**
     * Resolves when both aggregators have counted the report. The promise doesn't wait for a round's steps.
     * @param authorization the header with the report's token, if the policy requires a token
     * @throws the errors that `accept` of `intake.ts` lists
     */
    async accept(body: Uint8Array, authorization?: string): Promise<Accepted> {
      try {
        return await intake.accept(body, authorization)
      } catch (thrown) {
        // The refusal ends an open round only; a round that is full by now goes on.
        if (thrown instanceof HelperRefusal) void stall(thrown, ['open'])
        throw thrown
      }
    },
    advance,
    /**
     * Signs the published model again after half of its release's validity.
     * @throws NearsideError `model-unsigned` if another key signed it; also the signer's own errors
     */
    async renew(): Promise<void> {
      try {
        await store.exclusively(rounds.renew)
      } catch (thrown) {
        if (!(thrown instanceof StepTaken)) throw thrown
      }
    },
    /** Abandons a round, and its reports, if it is open or waits for the helper. Returns false for other rounds. */
    abandon: (round: number) => abandon(round, 'its operator gave it up', UNFINISHED),
    /** Prevents further steps, and resolves when the current step is done. */
    async stop(): Promise<void> {
      isStopped = true
      await walk
    },
    keys: () => {
      const { publicKey: signing, operator } = options.identity
      return { signing, operator }
    },
  }
}
