/** @module The leader: takes reports and brings full rounds to a release, one step at a time. */
import { NearsideError } from '../../core/error.ts'
import { serially } from '../../core/serially.ts'
import { type Aggregator, ROUNDS_SHOWN } from './aggregator.ts'
import { type Accepted, createIntake } from './intake.ts'
import { createRounds, type LeaderOptions } from './rounds.ts'

export interface LeaderAggregator extends Aggregator {
  /**
   * Resolves when both aggregators have counted the report.
   * @throws NearsideError `report-invalid`, `report-conflict`, `round-closed`, `policy-mismatch`;
   * `aggregator-unreachable` when the same bytes may succeed later
   */
  accept(body: Uint8Array): Promise<Accepted>
  /** Takes the round as far as it goes now; safe to call at any time. */
  advance(): Promise<void>
  /** Reports waiting for their group. */
  queued(): number
}

export function createLeader(options: LeaderOptions): LeaderAggregator {
  const { store, log = () => {} } = options
  const next = serially()
  const intake = createIntake(options, next)
  const rounds = createRounds(options, intake.drain)
  let waitingFor: string | null = null

  async function advance(): Promise<void> {
    try {
      while (await next(rounds.step)) waitingFor = null
      waitingFor = null
    } catch (thrown) {
      await stall(NearsideError.from(thrown, 'storage-unavailable', 'The round cannot go on'))
    }
  }

  async function advanceIfFull(): Promise<void> {
    const record = await store.current().catch(() => null)
    if (record && record.counted >= record.policy.aggregationGoal) await advance()
  }

  /** Says what is missing, once; a round that the helper won't finish gives way to the next. */
  async function stall(error: NearsideError): Promise<void> {
    if (error.message !== waitingFor) log(`waiting: ${error.message}`)
    waitingFor = error.message
    const record = await store.current().catch(() => null)
    const isRefused = error.code === 'round-closed' || error.code === 'policy-mismatch'
    if (isRefused && (record?.state === 'open' || record?.state === 'sealed'))
      await next(() => rounds.abandon(record, error.message)).catch(() => false)
  }

  return {
    role: 'leader',
    trust: options.trust,
    current: () => store.current(),
    rounds: () => store.rounds(ROUNDS_SHOWN),
    waitingFor: () => waitingFor,
    lost: () => store.lost(),
    accept: (body) => intake.accept(body, () => void advanceIfFull()),
    advance,
    queued: intake.queued,
  }
}
