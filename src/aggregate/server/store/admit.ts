/** @module Decides which reports of a group an aggregator accepts; the same code for SQLite and PostgreSQL. */
import { NearsideError } from '@nearside/core/error.ts'
import type {
  CountedShare,
  CountOutcome,
  KeepOutcome,
  KeptSeed,
  Known,
  ReportRecord,
  RoundSummary,
} from './records.ts'

export const idsIn = (reports: readonly Pick<ReportRecord, 'id'>[]): readonly string[] =>
  reports.map(({ id }) => id)

export const tokensOf = (shares: readonly CountedShare[]): readonly string[] =>
  shares.flatMap(({ token }) => token ?? [])

type Round = Pick<RoundSummary, 'state' | 'counted'> | undefined

/**
 * @param round current state of the round; undefined if the round doesn't exist
 * @param known recorded reports by id
 * @param spent tokens that other reports have used
 * @returns one outcome for each report, and the shares to record and add
 */
export function admitShares(
  round: Round,
  goal: number,
  shares: readonly CountedShare[],
  known: ReadonlyMap<string, Known>,
  spent: ReadonlySet<string>,
): { readonly outcomes: readonly CountOutcome[]; readonly fresh: readonly CountedShare[] } {
  const room = round ? goal - round.counted : 0
  const fresh: CountedShare[] = []
  const recorded = new Map<string, Pick<Known, 'isSame'>>(known)
  const tokens = new Set(spent)
  const outcomes = shares.map((share): CountOutcome => {
    const { id, bodyHash, token } = share
    const before = recorded.get(id)
    if (before) return before.isSame(bodyHash) ? 'counted' : 'conflict'
    if (round?.state !== 'open') return 'closed'
    if (token !== undefined && tokens.has(token)) return 'spent'
    if (fresh.length >= room) return 'full'
    if (token !== undefined) tokens.add(token)
    recorded.set(id, { isSame: (other) => other === bodyHash })
    fresh.push(share)
    return 'counted'
  })
  return { outcomes, fresh }
}

/**
 * @returns one outcome for each report, the seeds to record, and the number of reports with a valid proof
 * @throws NearsideError `round-closed` unless the round is open
 */
export function admitSeeds(
  round: number,
  state: RoundSummary['state'] | undefined,
  seeds: readonly KeptSeed[],
  known: ReadonlyMap<string, Known>,
): {
  readonly outcomes: readonly KeepOutcome[]
  readonly fresh: readonly KeptSeed[]
  readonly kept: number
} {
  if (state !== 'open') throw new NearsideError('round-closed', `Round ${round} is over`)
  const recorded = new Map(known)
  const fresh: KeptSeed[] = []
  const outcomes = seeds.map((kept): KeepOutcome => {
    const { id, bodyHash, seed } = kept
    const before = recorded.get(id)
    if (before && !before.isSame(bodyHash)) return 'conflict'
    if (before) return before.isProven ? 'duplicate' : 'unproven'
    recorded.set(id, { isSame: (other) => other === bodyHash, isProven: seed !== null })
    fresh.push(kept)
    return seed === null ? 'unproven' : 'kept'
  })
  return { outcomes, fresh, kept: outcomes.filter((outcome) => outcome === 'kept').length }
}
