/** @module The leader: takes reports and brings full rounds to a release, one step at a time. */
import { NearsideError } from '../../core/error.ts'
import { createTasks, ROUNDS_SHOWN } from './aggregator.ts'
import { type Accepted, createIntake } from './intake.ts'
import { HelperRefusal } from './peer.ts'
import { createRounds, type LeaderOptions } from './rounds.ts'
import { type RoundState, StepTaken } from './store.ts'

export type LeaderAggregator = ReturnType<typeof createLeader>

/** What the helper still has to do its part of. */
const UNFINISHED: readonly RoundState[] = ['open', 'full']

export function createLeader(options: LeaderOptions) {
  const { store, log = () => {} } = options
  const intake = createIntake(options)
  const rounds = createRounds(options)
  let waitingFor: string | null = null
  let walk: Promise<void> | null = null
  let again = false
  let isStopped = false

  /** Takes the round as far as it goes now; safe to call at any time, one walk goes on at a time. */
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
        // Nothing is missing: it goes on there.
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

  /** Says what is missing, once; a round that the helper won't finish gives way to the next. */
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
    /** The newest round. */
    current: () => store.current(),
    task: createTasks('leader', options),
    rounds: () => store.rounds(ROUNDS_SHOWN),
    /** What keeps reports from being counted, or the next step from happening; null when nothing does. */
    async waitingFor(): Promise<string | null> {
      if (waitingFor !== null) return waitingFor
      const record = await store.current()
      return record && intake.waitingFor(record.round)
    },
    /** Acknowledged reports in rounds that were abandoned. */
    lost: () => store.lost(),
    /** Refusals since the start of reports whose proof does not hold; of each as often as it was sent. */
    unproven: intake.unproven,
    /** Models of rounds that were taken back since the start. */
    takenBack: rounds.takenBack,
    /**
     * Resolves when both aggregators have counted the report. Waits for no step of a round.
     * @param authorization the header that its token came in, where the policy asks for one
     * @throws NearsideError `report-invalid`, `report-conflict`, `round-closed`, `policy-mismatch`,
     * `token-refused`; `aggregator-unreachable` when the same bytes may succeed later
     */
    async accept(body: Uint8Array, authorization?: string): Promise<Accepted> {
      try {
        return await intake.accept(body, authorization, () => void advanceIfFull())
      } catch (thrown) {
        // It was for a report: of a round that is full meanwhile it says nothing.
        if (thrown instanceof HelperRefusal) void stall(thrown, ['open'])
        throw thrown
      }
    },
    advance,
    /**
     * Signs the published model once more when half of its release's time is over.
     * @throws NearsideError `model-unsigned` where another key signed it, or what the signer throws
     */
    async renew(): Promise<void> {
      try {
        await store.exclusively(rounds.renew)
      } catch (thrown) {
        if (!(thrown instanceof StepTaken)) throw thrown
      }
    },
    /** Gives up a round that is open or waits for the helper, with its reports. False for any other. */
    abandon: (round: number) => abandon(round, 'its operator gave it up', UNFINISHED),
    /** Resolves when the step under way is done; no other begins. */
    async stop(): Promise<void> {
      isStopped = true
      await walk
    },
    /** For the helper, which keeps it. */
    keys: () => {
      const { publicKey: signing, operator } = options.identity
      return { signing, operator }
    },
  }
}
