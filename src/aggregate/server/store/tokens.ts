/** @module Tokens that the open round's reports have used, by their nonces in hex. */
import { toHex } from '@nearside/core/bytes.ts'
import { Again, type Driver, type Query } from './driver.ts'

export function createTokens({ dialect: { elements, nth } }: Driver) {
  const listOf = (nonces: readonly string[]) => JSON.stringify(nonces.map((nonce) => [nonce]))

  return {
    /** Which of these tokens the round's reports have used. */
    async spent(on: Query, round: number, nonces: readonly string[]): Promise<Set<string>> {
      if (nonces.length === 0) return new Set()
      const sql = `select nonce from tokens
        where round = $1 and nonce in (select ${nth(0)} from ${elements('$2')})`
      const rows = await on.rows<{ nonce: Uint8Array }>(sql, round, listOf(nonces))
      return new Set(rows.map(({ nonce }) => toHex(nonce)))
    },
    /** @throws Again where another process has used one of the tokens meanwhile */
    async spend(on: Query, round: number, nonces: readonly string[]): Promise<void> {
      if (nonces.length === 0) return
      const sql = `insert into tokens (nonce, round) select ${nth(0)}, cast($1 as integer)
        from ${elements('$2')} order by 1 on conflict do nothing`
      if ((await on.change(sql, round, listOf(nonces))) < nonces.length) throw new Again()
    },
  }
}
