/** @module Tokens that the open round's reports have used, by their nonces in hex. */
import { toHex } from '@nearside/core/bytes.ts'
import { Again, type Driver, type Query } from './driver.ts'

export function createTokens({ dialect: { among, listed } }: Driver) {
  return {
    /** Which of these tokens the round's reports have used. */
    async spent(on: Query, round: number, nonces: readonly string[]): Promise<Set<string>> {
      if (nonces.length === 0) return new Set()
      const sql = `select nonce from tokens where round = $1 and nonce ${among(listed('$2'))}`
      const rows = await on.rows<{ nonce: Uint8Array }>(sql, round, JSON.stringify(nonces))
      return new Set(rows.map(({ nonce }) => toHex(nonce)))
    },
    /** @throws Again where another process has used one of the tokens meanwhile */
    async spend(on: Query, round: number, nonces: readonly string[]): Promise<void> {
      if (nonces.length === 0) return
      const sql = `insert into tokens (nonce, round) select value, cast($1 as integer)
        from (${listed('$2')}) as nonces order by 1 on conflict do nothing`
      const changes = await on.change(sql, round, JSON.stringify(nonces))
      if (changes < nonces.length) throw new Again()
    },
  }
}
