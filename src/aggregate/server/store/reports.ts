/** @module Methods of the store for reports: the leader counts shares, and the helper keeps seeds. */

import { randomUUID } from 'node:crypto'
import { type Bytes, decodeVector, encodeVector, joined, toHex } from '@nearside/core/bytes.ts'
import { addShare } from '../../privacy/shares.ts'
import { REPORT_ID_BYTES } from '../../protocol/report.ts'
import { admitSeeds, admitShares, idsIn, tokensOf } from './admit.ts'
import { Again, type Driver, type Query } from './driver.ts'
import type {
  CountedShare,
  CountOutcome,
  KeepOutcome,
  KeptSeed,
  Known,
  Reached,
  RoundSummary,
} from './records.ts'
import { hasSeed, markOf, type ReportRow, type ReportTable, saltOf } from './reportTable.ts'

export function reportMethods(driver: Driver, table: ReportTable) {
  const tokens = createTokens(driver)
  const sums = createSums(driver)

  return {
    known: (round: number, ids: readonly string[]): Promise<ReadonlyMap<string, Known>> =>
      table.known(driver, round, ids),
    /** At the leader: returns which of these tokens reports of the round have used; none once the round is full. */
    spent: (round: number, nonces: readonly string[]): Promise<ReadonlySet<string>> =>
      tokens.spent(driver, round, nonces),
    /**
     * At the leader: records ids and tokens and adds shares, at most `goal` per round. A repeated report changes
     * nothing.
     */
    count: (
      round: number,
      goal: number,
      shares: readonly CountedShare[],
    ): Promise<readonly CountOutcome[]> =>
      driver.transaction(async (on) => {
        const sql = 'select state, counted from rounds where round = $1'
        const [row] = await on.rows<Pick<RoundSummary, 'state' | 'counted'>>(sql, round)
        const known = await table.known(on, round, idsIn(shares))
        const spent = await tokens.spent(on, round, tokensOf(shares))
        const { outcomes, fresh } = admitShares(row, goal, shares, known, spent)
        if (fresh.length === 0) return outcomes
        await table.insert(on, round, fresh)
        await tokens.spend(on, round, tokensOf(fresh))
        await sums.add(
          on,
          round,
          fresh.map(({ share }) => share),
        )
        // This statement locks the round's row. It comes last, so that other processes wait only for the commit, and so
        // that the statement sees their commits.
        const changes = await on.change(
          `update rounds set counted = counted + $2
             where round = $1 and state = 'open' and counted + $2 <= $3`,
          ...[round, fresh.length, goal],
        )
        if (changes === 0) throw new Again()
        return outcomes
      }),
    /** At the helper: records ids and stores seeds. @throws NearsideError `round-closed` unless the round is open */
    keep: (round: number, seeds: readonly KeptSeed[]): Promise<readonly KeepOutcome[]> =>
      driver.transaction(async (on) => {
        // The round is locked first: once it has ended, no seed may be written, not even in a transaction that rolls
        // back.
        const sql = `select state from rounds where round = $1 ${driver.dialect.locked}`
        const [row] = await on.rows<Pick<RoundSummary, 'state'>>(sql, round)
        const known = await table.known(on, round, idsIn(seeds))
        const { outcomes, fresh, kept } = admitSeeds(round, row?.state, seeds, known)
        await table.insert(on, round, fresh)
        await on.change('update rounds set counted = counted + $2 where round = $1', round, kept)
        return outcomes
      }),
    /** At the helper: seeds of these ids, in sequence; null for an id without a seed. */
    async seeds(round: number, ids: readonly Uint8Array[]): Promise<readonly (Bytes | null)[]> {
      const salt = await saltOf(driver, round)
      const marks = ids.map((id) => markOf(salt, id).toString('hex'))
      const rows = await table.find(driver, marks)
      return marks.map((mark) => {
        const held = rows.get(mark)?.held
        return hasSeed(held) ? Uint8Array.from(held.subarray(REPORT_ID_BYTES)) : null
      })
    },
    /** At the leader: sum of the round's shares, and ids of the reports in the sum, ascending. */
    async aggregate(round: number): Promise<{ readonly ids: Bytes; readonly sum: Uint32Array }> {
      return { ids: idsHeld(await table.held(round)), sum: await sums.total(round) }
    },
    /**
     * At the helper: marks (salted hashes) of all reports that reached a round; null if the round is open or unknown, or
     * ended more than `periodDays` ago.
     */
    async reached(round: number): Promise<Reached | null> {
      const [ended] = await driver.rows<Ended>(
        `select policy_hash as "policyHash", opened_at as "openedAt", closed_at as "closedAt"
           from rounds where round = $1`,
        round,
      )
      const sql = 'select mark from reports where round = $1 order by mark'
      const rows = await driver.rows<ReportRow>(sql, round)
      // The salt is deleted together with the marks. If the salt still exists after the marks were read, no mark is
      // missing.
      return reachedBy(ended, await saltOf(driver, round), rows)
    },
  }
}

/** Ids in these rows, ascending, concatenated. */
export function idsHeld(rows: readonly Pick<ReportRow, 'held'>[]): Bytes {
  const ids = rows.flatMap(({ held }) => held?.subarray(0, REPORT_ID_BYTES) ?? [])
  return joined(ids.sort(Buffer.compare))
}

type Ended = Pick<RoundSummary, 'policyHash' | 'openedAt' | 'closedAt'>

/**
 * Reports that reached a round which ended at most `periodDays` ago.
 * @param salt empty if the round ended earlier
 * @param rows rows of the round, by ascending mark
 */
export function reachedBy(
  round: Ended | undefined,
  salt: Uint8Array,
  rows: readonly { readonly mark: Uint8Array }[],
): Reached | null {
  if (!round || round.closedAt === null || salt.length === 0) return null
  const { closedAt } = round
  const marks = joined(rows.map(({ mark }) => mark))
  return { ...round, closedAt, salt: Uint8Array.from(salt), marks }
}

function createTokens({ dialect: { among, listed } }: Driver) {
  return {
    async spent(on: Query, round: number, nonces: readonly string[]): Promise<Set<string>> {
      if (nonces.length === 0) return new Set()
      const sql = `select nonce from tokens where round = $1 and nonce ${among(listed('$2'))}`
      const rows = await on.rows<{ nonce: Uint8Array }>(sql, round, JSON.stringify(nonces))
      return new Set(rows.map(({ nonce }) => toHex(nonce)))
    },
    /** @throws `Again` if another process has used one of the tokens in the meantime */
    async spend(on: Query, round: number, nonces: readonly string[]): Promise<void> {
      if (nonces.length === 0) return
      const sql = `insert into tokens (nonce, round) select value, cast($1 as integer)
        from (${listed('$2')}) as nonces order by 1 on conflict do nothing`
      const changes = await on.change(sql, round, JSON.stringify(nonces))
      if (changes < nonces.length) throw new Again()
    },
  }
}

/** Row of the table `accumulators`. SQLite's rows have no `process`, because only one process uses the file. */
interface SumRow {
  readonly process?: string
  readonly sum: Uint8Array
}

function createSums({ rows: select, box, dialect }: Driver) {
  const { ownSum, newSum, locked } = dialect
  const process = randomUUID()

  const open = (round: number, row: SumRow): Uint32Array =>
    decodeVector(box.open(placeOf(round, row.process), row.sum))

  return {
    /** @throws a conflict, which the driver retries, if two transactions of this process add the first share at once */
    async add(on: Query, round: number, shares: readonly Uint32Array[]): Promise<void> {
      const sql = `select * from accumulators where ${ownSum} ${locked}`
      const [row] = await on.rows<SumRow>(sql, round, process)
      const sum = row ? open(round, row) : new Uint32Array(shares[0].length)
      for (const share of shares) addShare(sum, share)
      const write = row
        ? `update accumulators set sum = $3 where ${ownSum}`
        : `insert into accumulators values (${newSum})`
      await on.change(write, round, process, box.seal(placeOf(round, process), encodeVector(sum)))
    },
    /** Sum over all processes; empty if no report is counted. */
    async total(round: number): Promise<Uint32Array> {
      const rows = await select<SumRow>('select * from accumulators where round = $1', round)
      const [first, ...rest] = rows.map((row) => open(round, row))
      for (const sum of rest) addShare(first, sum)
      return first ?? new Uint32Array(0)
    },
  }
}

const placeOf = (round: number, process = '') => `sum ${round} ${process}`
