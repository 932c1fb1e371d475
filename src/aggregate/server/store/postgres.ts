/**
 * @module Store on PostgreSQL, shared by any number of processes of one aggregator. Each step that must be atomic
 * is one transaction, and the database decides races between processes. Keys, seeds and sums are encrypted with a
 * key that is stored elsewhere, because PostgreSQL leaves deleted data in its files and its write-ahead log.
 */
import { randomUUID } from 'node:crypto'
import type { PoolClient } from 'pg'
import { decodeVector, encodeVector, fromHex, toHex } from '../../../core/bytes.ts'
import { canonicalJson } from '../../../core/canonicalJson.ts'
import { NearsideError } from '../../../core/error.ts'
import { serially } from '../../../core/serially.ts'
import { addShare } from '../../privacy/shares.ts'
import { markOf } from '../mark.ts'
import type { ModelRelease } from '../schemas.ts'
import { NEXT_SEALING_KEY, StepTaken, type Store } from '../store.ts'
import { admitSeeds, admitShares, idsIn, tokensOf } from './admit.ts'
import {
  expiredBy,
  idsHeld,
  type Recorded,
  type ReportRow,
  reachedBy,
  recordedAs,
  rowOf,
  saltFor,
  seedHeld,
} from './marks.ts'
import { Again, createPool, type Query } from './postgresPool.ts'
import { SCHEMA, SCHEMA_VERSION } from './postgresSchema.ts'
import { createRowReader, RECORD, type RoundRow, SUMMARY, type SummaryRow } from './rows.ts'
import { createSecretBox } from './secretBox.ts'

/**
 * @param url `postgres://…`
 * @param role leader or helper; each has its own schema
 * @param key 32 bytes that encrypt secrets; null leaves them readable
 * @throws NearsideError `storage-unavailable`; `storage-corrupt` for tables of another version
 */
export async function openPostgresStore(
  url: string,
  role: 'leader' | 'helper',
  key: Uint8Array | null,
): Promise<Store> {
  const schema = `nearside_${role}`
  const { connected, query, transaction, end } = createPool(url, schema)
  const box = createSecretBox(key)
  const reader = createRowReader()
  const process = randomUUID()
  const next = serially()
  /** Connection that owns the lock. A step writes only through it, so it can't write once the lock is lost. */
  let held: PoolClient | undefined
  const step = <T>(body: (query: Query) => Promise<T>) => transaction(body, held)

  await transaction(prepare).catch(async (thrown) => {
    await end()
    // The message names the URL without its password.
    const where = url.replace(/\/\/.*@/, '//').replace(/\?.*/, '')
    const { cause = thrown } = thrown as Error
    throw NearsideError.from(cause, 'storage-unavailable', `The database ${where} does not open`)
  })

  async function prepare(run: Query): Promise<void> {
    await run('select pg_advisory_xact_lock(hashtext($1))', [`${schema} tables`])
    const [found] = (
      await run<{ exists: boolean }>('select to_regnamespace($1) is not null as exists', [schema])
    ).rows
    if (!found.exists) {
      await run(`create schema ${schema}`)
      await run(SCHEMA)
    }
    const { rows } = await run<{ version: number }>('select version from schema_version')
    if (rows[0].version !== SCHEMA_VERSION)
      throw new NearsideError(
        'storage-corrupt',
        `The schema ${schema} was made by another version of nearside`,
      )
  }

  async function setting(name: string) {
    const sql = 'select value from settings where name = $1'
    const [row] = (await query<{ value: Buffer }>(sql, [name])).rows
    return row ? box.open(`settings ${name}`, row.value) : null
  }

  function record(row: RoundRow) {
    const { round, sealingKey } = row
    const opened = sealingKey && box.open(`sealing key ${round}`, sealingKey)
    return reader.record({ ...row, sealingKey: opened })
  }

  async function known(run: Query, round: number, ids: readonly string[]) {
    const found = new Map<string, Recorded>()
    const sql = 'select distinct salt from rounds where salt is not null'
    for (const { salt } of (await run<{ salt: Buffer }>(sql)).rows) {
      const byMark = new Map(ids.map((id) => [toHex(markOf(salt, buffer(id))), id]))
      for (const row of await rowsOf(run, [...byMark.keys()])) {
        const id = byMark.get(toHex(row.mark))
        if (id !== undefined) found.set(id, recordedAs(row, salt, round))
      }
    }
    return found
  }

  /** @param marks marks, hex */
  async function rowsOf(run: Query, marks: readonly string[]): Promise<readonly ReportRow[]> {
    const sql = 'select mark, round, body, held from reports where mark = any($1)'
    const { rows } = await run<ReportRow>(sql, [marks.map(buffer)])
    return rows.map((row) => ({ ...row, held: row.held && openHeld(row.mark, row.held) }))
  }

  const heldAt = (mark: Uint8Array) => `report ${toHex(mark)}`
  const openHeld = (mark: Uint8Array, held: Uint8Array) => box.open(heldAt(mark), held)

  /** Salt of a round that is open, or ended at most a period ago. */
  async function saltOf(run: Query, round: number) {
    const sql = 'select salt from rounds where round = $1'
    return (await run<{ salt: Buffer | null }>(sql, [round])).rows[0]?.salt ?? new Uint8Array()
  }

  async function spent(run: Query, round: number, tokens: readonly string[]) {
    if (tokens.length === 0) return new Set<string>()
    const sql = 'select nonce from tokens where round = $1 and nonce = any($2)'
    const { rows } = await run<{ nonce: Buffer }>(sql, [round, tokens.map(buffer)])
    return new Set(rows.map(({ nonce }) => toHex(nonce)))
  }

  /** @throws Again where another process has used one of the tokens meanwhile */
  async function insertTokens(run: Query, round: number, tokens: readonly string[]) {
    if (tokens.length === 0) return
    const { changes } = await run(
      `insert into tokens (round, nonce)
         select $1::integer, t.nonce from unnest($2::bytea[]) as t (nonce) order by t.nonce
         on conflict do nothing`,
      [round, tokens.map(buffer)],
    )
    if (changes < tokens.length) throw new Again()
  }

  /** @throws Again where another process has recorded one of the reports meanwhile */
  async function insert(
    run: Query,
    round: number,
    reports: readonly Parameters<typeof rowOf>[2][],
  ): Promise<void> {
    const salt = await saltOf(run, round)
    const rows = reports.map((report) => rowOf(round, salt, report))
    // Insert in the order of marks, so that two processes with the same reports can't deadlock.
    const { changes } = await run(
      `insert into reports (round, mark, body, held)
         select $1::integer, t.* from unnest($2::bytea[], $3::bytea[], $4::bytea[]) as t (mark, body, held)
         order by t.mark
         on conflict do nothing`,
      [
        round,
        rows.map(({ mark }) => mark),
        rows.map(({ body }) => body),
        rows.map(({ mark, held }) => Buffer.from(box.seal(heldAt(mark), held))),
      ],
    )
    if (changes < reports.length) throw new Again()
  }

  /** Adds to this process's own accumulator, so that no process waits for another. */
  async function add(run: Query, round: number, shares: readonly Uint32Array[]): Promise<void> {
    const [row] = (
      await run<{ sum: Buffer }>(
        'select sum from accumulators where round = $1 and process = $2 for update',
        [round, process],
      )
    ).rows
    const sum = row ? opened(round, process, row.sum) : new Uint32Array(shares[0].length)
    for (const share of shares) addShare(sum, share)
    const sealed = Buffer.from(box.seal(`sum ${round} ${process}`, encodeVector(sum)))
    const sql = row
      ? 'update accumulators set sum = $3 where round = $1 and process = $2'
      : 'insert into accumulators (round, process, sum) values ($1, $2, $3)'
    await run(sql, [round, process, sealed])
  }

  const opened = (round: number, owner: string, sum: Uint8Array) =>
    decodeVector(box.open(`sum ${round} ${owner}`, sum))

  /** Deletes the secrets of a round that takes no more reports. */
  async function drop(run: Query, round: number): Promise<void> {
    await run('delete from accumulators where round = $1', [round])
    await run('update reports set held = null where round = $1 and held is not null', [round])
    await run('delete from tokens where round = $1', [round])
    await run('update rounds set sealing_key = null where round = $1', [round])
  }

  /** Deletes the marks of rounds that ended by `expired`. @returns the salt of a round that opens now */
  async function renewSalt(run: Query, expired: number): Promise<Uint8Array> {
    const [newest] = (
      await run<{ salt: Buffer; began: number }>(
        `select salt, min(opened_at) as began from rounds where salt is not null
           group by salt order by max(round) desc limit 1`,
      )
    ).rows
    const { rows } = await run<{ round: number }>(
      'update rounds set salt = null where salt is not null and closed_at <= $1 returning round',
      [expired],
    )
    await run('delete from reports where round = any($1)', [rows.map(({ round }) => round)])
    return saltFor(newest, expired)
  }

  return {
    exclusively: (body) =>
      next(() =>
        connected(async (client) => {
          const { rows } = await client.query(
            'select pg_try_advisory_lock(hashtext($1)) as locked',
            [schema],
          )
          if (!rows[0].locked) throw new StepTaken()
          held = client
          try {
            return await body()
          } finally {
            held = undefined
            // If this fails, the connection closes and releases the lock.
            await client.query('select pg_advisory_unlock(hashtext($1))', [schema])
          }
        }),
      ),

    setting,
    async keepSetting(name, value) {
      await query('insert into settings (name, value) values ($1, $2) on conflict do nothing', [
        name,
        Buffer.from(box.seal(`settings ${name}`, value)),
      ])
      return (await setting(name)) ?? value
    },

    async current() {
      const { rows } = await query<RoundRow>(
        `select ${RECORD} from rounds order by round desc limit 1`,
      )
      return rows.length === 0 ? null : record(rows[0])
    },
    async rounds(limit) {
      const sql = `select ${SUMMARY} from rounds order by round desc limit $1`
      return (await query<SummaryRow>(sql, [limit])).rows.map(reader.summary)
    },
    openRound: (round, policy, policyHash, sealingKey, now) =>
      step(async (run) => {
        const [taken] = (
          await run<SummaryRow>(`select ${SUMMARY} from rounds where round = $1`, [round])
        ).rows
        if (taken) return taken.policyHash === policyHash && taken.state === 'open'
        const { rows } = await run<{ round: number }>(
          `update rounds set state = 'abandoned', closed_at = $1 where state = 'open'
             returning round`,
          [now],
        )
        for (const abandoned of rows) await drop(run, abandoned.round)
        const salt = await renewSalt(run, expiredBy(policy, now))
        await run(
          `insert into rounds (round, state, policy, policy_hash, sealing_key, opened_at, salt)
             values ($1, 'open', $2, $3, $4, $5, $6)`,
          [
            round,
            canonicalJson(policy),
            policyHash,
            Buffer.from(box.seal(`sealing key ${round}`, sealingKey)),
            now,
            salt,
          ],
        )
        await run('delete from settings where name = $1', [NEXT_SEALING_KEY])
        return true
      }),

    async lost() {
      const { rows } = await query<{ lost: number }>(
        `select coalesce(sum(counted), 0) as lost from rounds where state = 'abandoned'`,
      )
      return rows[0].lost
    },

    known: (round, ids) => known(query, round, ids),
    spent: (round, tokens) => spent(query, round, tokens),
    count: (round, goal, shares) =>
      transaction(async (run) => {
        const [row] = (
          await run<SummaryRow>('select state, counted from rounds where round = $1', [round])
        ).rows
        const before = await known(run, round, idsIn(shares))
        const taken = await spent(run, round, tokensOf(shares))
        const { outcomes, fresh } = admitShares(row, goal, shares, before, taken)
        if (fresh.length === 0) return outcomes
        await insert(run, round, fresh)
        await insertTokens(run, round, tokensOf(fresh))
        await add(
          run,
          round,
          fresh.map(({ share }) => share),
        )
        // Update the count last, so that others wait only for this flush. It sees their committed changes.
        const { changes } = await run(
          `update rounds set counted = counted + $2
             where round = $1 and state = 'open' and counted + $2 <= $3`,
          [round, fresh.length, goal],
        )
        if (changes === 0) throw new Again()
        return outcomes
      }),
    keep: (round, seeds) =>
      transaction(async (run) => {
        // Lock the round first: once it has ended, no seed may be written, not even in a transaction that rolls
        // back.
        const [row] = (
          await run<SummaryRow>('select state from rounds where round = $1 for no key update', [
            round,
          ])
        ).rows
        const before = await known(run, round, idsIn(seeds))
        const { outcomes, fresh, kept } = admitSeeds(round, row?.state, seeds, before)
        await insert(run, round, fresh)
        await run('update rounds set counted = counted + $2 where round = $1', [round, kept])
        return outcomes
      }),
    async seeds(round, ids) {
      const salt = await saltOf(query, round)
      const marks = ids.map((id) => toHex(markOf(salt, id)))
      const rows = await rowsOf(query, marks)
      const found = new Map(rows.map(({ mark, held }) => [toHex(mark), held]))
      return marks.map((mark) => seedHeld(found.get(mark)))
    },

    fill: (round, goal) =>
      step(async (run) => {
        const { changes } = await run(
          `update rounds set state = 'full', sealing_key = null
             where round = $1 and state = 'open' and counted >= $2`,
          [round, goal],
        )
        if (changes === 1) await run('delete from tokens where round = $1', [round])
        return changes === 1
      }),
    async endedAt(round) {
      const sql = 'select closed_at as "closedAt" from rounds where round = $1 and salt is not null'
      return (await query<{ closedAt: number | null }>(sql, [round])).rows[0]?.closedAt ?? null
    },
    async reached(round) {
      const { rows } = await query<SummaryRow>(`select ${SUMMARY} from rounds where round = $1`, [
        round,
      ])
      const sql = 'select mark from reports where round = $1 order by mark'
      const found = await query<{ mark: Buffer }>(sql, [round])
      return reachedBy(rows[0], await saltOf(query, round), found.rows)
    },
    async aggregate(round) {
      const found = await query<{ mark: Buffer; held: Buffer }>(
        'select mark, held from reports where round = $1 and held is not null',
        [round],
      )
      const ids = idsHeld(found.rows.map(({ mark, held }) => ({ held: openHeld(mark, held) })))
      const { rows } = await query<{ process: string; sum: Buffer }>(
        'select process, sum from accumulators where round = $1',
        [round],
      )
      const [first, ...rest] = rows.map((row) => opened(round, row.process, row.sum))
      for (const sum of rest) addShare(first, sum)
      return { ids, sum: first ?? new Uint32Array(0) }
    },
    exchange: (round, { idSetHash, ownShare, peerShare, peerSignature, version }) =>
      step(async (run) => {
        const shares = [ownShare, peerShare].map((share) => Buffer.from(encodeVector(share)))
        await run(
          `update rounds set state = 'exchanged', id_set_hash = $2, own_share = $3, peer_share = $4,
             peer_signature = $5, version = $6 where round = $1 and state = 'full'`,
          [round, idSetHash, ...shares, peerSignature, version],
        )
        await drop(run, round)
      }),
    release: (round, { counted, idSetHash, ownShare }, now) =>
      step(async (run) => {
        const { changes } = await run(
          `update rounds set state = 'released', id_set_hash = $2, own_share = $3, counted = $4,
             closed_at = $5 where round = $1 and state = 'open'`,
          [round, idSetHash, Buffer.from(encodeVector(ownShare)), counted, now],
        )
        if (changes === 1) await drop(run, round)
        return changes === 1
      }),
    modelReleases: (limit) => modelReleases(query, limit),
    keepModelRelease: (wanted) =>
      transaction(async (run) => {
        // One release at a time, whatever its number.
        await run('lock table models in exclusive mode')
        const [newest] = await modelReleases(run, 1)
        if (newest && wanted.release <= newest.release) {
          const sql = 'select statement from models where release = $1'
          const [same] = (await run<{ statement: string }>(sql, [wanted.release])).rows
          return same ? JSON.parse(same.statement) : newest
        }
        const sql = 'insert into models (release, statement) values ($1, $2)'
        await run(sql, [wanted.release, canonicalJson(wanted)])
        return wanted
      }),
    close: (round, state, verdict, now) =>
      step(async (run) => {
        const { changes } = await run(
          `update rounds set state = $2, verdict = $3, closed_at = $4
             where round = $1 and state in ('open', 'full', 'exchanged')`,
          [round, state, canonicalJson(verdict), now],
        )
        if (changes === 1) await drop(run, round)
        return changes === 1
      }),
    shut: end,
  }
}

async function modelReleases(run: Query, limit: number): Promise<readonly ModelRelease[]> {
  const sql = 'select statement from models order by release desc limit $1'
  const { rows } = await run<{ statement: string }>(sql, [limit])
  return rows.map(({ statement }) => JSON.parse(statement))
}

function buffer(hex: string): Buffer {
  return Buffer.from(fromHex(hex))
}
