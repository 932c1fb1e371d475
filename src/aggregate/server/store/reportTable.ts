/**
 * @module Table of reports. A row is found by its mark, a salted hash of the report's id. While its round is open, the
 * row also contains the id. The row stays until `periodDays` after the end of its round. A salt serves all rounds that
 * begin within `periodDays` of its first round.
 */
import { randomBytes } from 'node:crypto'
import { concat, fromHex } from '@nearside/core/bytes.ts'
import { MARK_BYTES, REPORT_ID_BYTES } from '../../protocol/report.ts'
import { serverHash } from '../keystream.ts'
import { Again, type Driver, type Query } from './driver.ts'
import type { Known, ReportRecord } from './records.ts'

const SALT_BYTES = 32

/**
 * Mark of a report's id or bytes, by which a server recognises them later: the first 16 bytes of
 * SHA-256(salt ‖ value).
 * @param salt salt of a period; each period has a new one
 * @param value a report's id, or the hash of its bytes
 */
export const markOf = (salt: Uint8Array, value: Uint8Array): Buffer =>
  serverHash(concat(salt, value)).subarray(0, MARK_BYTES)

export interface ReportRow {
  readonly mark: Buffer
  readonly round: number
  readonly body: Uint8Array
  /** The report's id, then its seed if there is one; null once the round takes no more reports. */
  readonly held: Uint8Array | null
}

export class ReportTable {
  readonly #driver: Driver

  constructor(driver: Driver) {
    this.#driver = driver
  }

  /** Finds which of these ids are recorded, in this round or another. */
  async known(on: Query, round: number, ids: readonly string[]): Promise<Map<string, Known>> {
    const found = new Map<string, Known>()
    const sql = 'select distinct salt from rounds where salt is not null'
    for (const { salt } of await on.rows<{ salt: Uint8Array }>(sql)) {
      const marks = ids.map((id) => markOf(salt, fromHex(id)).toString('hex'))
      const rows = await this.find(on, marks)
      for (const [i, id] of ids.entries()) {
        const row = rows.get(marks[i])
        if (row) found.set(id, knownAs(row, salt, round))
      }
    }
    return found
  }

  /** @throws `Again` if another process has recorded one of the reports in the meantime */
  async insert(
    on: Query,
    round: number,
    reports: readonly (ReportRecord & { readonly seed?: Uint8Array | null })[],
  ): Promise<void> {
    const { box, dialect } = this.#driver
    const salt = await saltOf(on, round)
    const rows = reports.map(({ id, bodyHash, seed }) => {
      const [own, body] = [fromHex(id), markOf(salt, fromHex(bodyHash))]
      const mark = markOf(salt, own)
      const held = box.seal(placeOf(mark), concat(own, seed ?? new Uint8Array()))
      return [mark, body, Buffer.from(held)].map((bytes) => bytes.toString('hex'))
    })
    for (const sql of dialect.insertReports)
      if ((await on.change(sql, round, JSON.stringify(rows))) < rows.length) throw new Again()
  }

  /** Rows with these marks, by mark; marks are hex. */
  async find(on: Query, marks: readonly string[]): Promise<ReadonlyMap<string, ReportRow>> {
    const { reports, among, listed } = this.#driver.dialect
    const sql = `select mark, round, body, held from ${reports} where mark ${among(listed('$1'))}`
    const rows = await on.rows<ReportRow>(sql, JSON.stringify(marks))
    return new Map(rows.map((row) => [row.mark.toString('hex'), this.#open(row)]))
  }

  /** Ids and seeds of the round, while it is open. */
  async held(round: number): Promise<readonly ReportRow[]> {
    const { dialect } = this.#driver
    const sql = `select mark, held from ${dialect.reports} where round = $1 and held is not null`
    return (await this.#driver.rows<ReportRow>(sql, round)).map((row) => this.#open(row))
  }

  /** Deletes the marks of rounds that ended no later than `expired`. @returns the salt of a round that opens now */
  async renewSalt(on: Query, expired: number): Promise<Uint8Array> {
    const [newest] = await on.rows<{ salt: Uint8Array; began: number }>(
      `select salt, min(opened_at) as began from rounds where salt is not null
         group by salt order by max(round) desc limit 1`,
    )
    const over = await on.rows<{ round: number }>(
      'update rounds set salt = null where salt is not null and closed_at <= $1 returning round',
      expired,
    )
    for (const { round } of over) await on.change('delete from reports where round = $1', round)
    return newest && newest.began > expired ? newest.salt : randomBytes(SALT_BYTES)
  }

  #open(row: ReportRow): ReportRow {
    return { ...row, held: row.held && this.#driver.box.open(placeOf(row.mark), row.held) }
  }
}

/** Salt of a round that is open, or ended at most `periodDays` ago; empty for other rounds. */
export async function saltOf(on: Query, round: number): Promise<Uint8Array> {
  const sql = 'select salt from rounds where round = $1'
  const [row] = await on.rows<{ salt: Uint8Array | null }>(sql, round)
  return row?.salt ?? new Uint8Array()
}

function knownAs({ body, held, ...row }: ReportRow, salt: Uint8Array, round: number): Known {
  return {
    isSame: (bodyHash) => row.round === round && markOf(salt, fromHex(bodyHash)).equals(body),
    isProven: hasSeed(held),
  }
}

export const hasSeed = (held: Uint8Array | null | undefined): held is Uint8Array =>
  held != null && held.length > REPORT_ID_BYTES

const placeOf = (mark: Buffer) => `report ${mark.toString('hex')}`
