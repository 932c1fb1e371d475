/**
 * @module Checks that a report has a valid token of its round that no other report used. Cheap checks come first. The
 * transaction that counts the report finally decides whether a token is spent.
 */
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { equalBytes, fromBase64, toHex } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { nonceOf, parseAuthorization, TOKEN_INPUT_BYTES, tokenInput } from '../protocol/token.ts'
import { GROUP, groupCommit } from './groupCommit.ts'
import { idsIn } from './store/admit.ts'
import type { RoundRecord } from './store/records.ts'
import type { Store } from './store/store.ts'

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 }

export function createRedeemer(store: Pick<Store, 'spent'>) {
  /** Looks up whether a token was used. Tokens that arrive at the same time share one query of the database. */
  const isSpent = groupCommit(areSpent, GROUP, setImmediate)
  let newest: { readonly key: string; readonly object: KeyObject } | null = null

  async function areSpent(tokens: readonly { readonly round: number; readonly id: string }[]) {
    const spent = new Map<number, ReadonlySet<string>>()
    for (const round of new Set(tokens.map((token) => token.round))) {
      const own = tokens.filter((token) => token.round === round)
      spent.set(round, await store.spent(round, idsIn(own)))
    }
    return tokens.map(({ round, id }) => spent.get(round)?.has(id) === true)
  }

  function keyOf(key: string): KeyObject {
    if (newest?.key !== key) {
      const object = createPublicKey({
        key: Buffer.from(fromBase64(key)),
        format: 'der',
        type: 'spki',
      })
      newest = { key, object }
    }
    return newest.object
  }

  /**
   * @returns the token's nonce, hex; undefined if the policy needs no token
   * @throws NearsideError `token-refused` for a token that is missing, used, or not signed for this round by the issuer
   */
  return async (
    record: RoundRecord,
    authorization: string | undefined,
  ): Promise<string | undefined> => {
    const { issuer } = record.policy
    if (issuer === undefined) return undefined
    const token = parseAuthorization(authorization)
    if (token === null) throw refused('comes without a token')
    const said = token.subarray(0, TOKEN_INPUT_BYTES)
    const nonce = nonceOf(said)
    if (!equalBytes(said, await tokenInput(record, issuer.key, nonce)))
      throw refused('comes with a token of another round or issuer')
    const id = toHex(nonce)
    if (await isSpent(Promise.resolve({ round: record.round, id })))
      throw refused('comes with a token that another report used')
    const signature = token.subarray(TOKEN_INPUT_BYTES)
    if (!verify('sha384', said, { key: keyOf(issuer.key), ...PSS }, signature))
      throw refused('comes with a token that the issuer did not sign')
    return id
  }
}

function refused(what: string): NearsideError {
  return new NearsideError('token-refused', `The report ${what}`)
}
