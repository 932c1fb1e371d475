/** @module Running sums of shares at the leader. Each process adds to its own sum, so that none waits for another. */
import { randomUUID } from 'node:crypto'
import { decodeVector, encodeVector } from '@nearside/core/bytes.ts'
import { addShare } from '../../privacy/shares.ts'
import type { Driver, Query } from './driver.ts'

/** Row of `accumulators`; SQLite names no process. */
interface SumRow {
  readonly process?: string
  readonly sum: Uint8Array
}

export function createSums({ rows: select, box, dialect }: Driver) {
  const { ownSum, newSum, locked } = dialect
  const process = randomUUID()

  const open = (round: number, row: SumRow): Uint32Array =>
    decodeVector(box.open(placeOf(round, row.process), row.sum))

  return {
    /** @throws the driver's conflict error where two transactions of this process add its first share at once */
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
    /** Sum over all processes; empty where no report is counted. */
    async total(round: number): Promise<Uint32Array> {
      const rows = await select<SumRow>('select * from accumulators where round = $1', round)
      const [first, ...rest] = rows.map((row) => open(round, row))
      for (const sum of rest) addShare(first, sum)
      return first ?? new Uint32Array(0)
    },
  }
}

const placeOf = (round: number, process = '') => `sum ${round} ${process}`
