/**
 * @module An aggregator's own keys. The signing keys are created once and stored. The sealing keys are new for each
 * round and are destroyed once the round takes no more reports. Private keys never leave the store.
 */

import { type Bytes, concat, fromBase64, fromHex, toBase64, utf8 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { agree, importOpeningKeys } from '../privacy/openSeal.ts'
import { exportSealingKeys, generateSealingKeys } from '../privacy/seal.ts'
import { exportSigningKeys, generateSigningKeys, importSigningKeys } from '../privacy/signature.ts'
import { consentHash, policyTerms } from '../protocol/consent.ts'
import type { Policy } from '../protocol/policy.ts'
import { gatewayKeys } from './gateway.ts'
import { serverHkdf } from './keystream.ts'
import type { RoundRecord } from './store/records.ts'
import type { Store } from './store/store.ts'

const KEY_BYTES = 32

export type Identity = Awaited<ReturnType<typeof loadIdentity>>

/**
 * Loads the signing keys; creates and stores them on the first start. `publicKey` is base64.
 * @param operator name of the party that runs the server, as shoppers see it
 */
export async function loadIdentity(store: Store, operator: string) {
  const stored =
    (await store.setting('identity')) ??
    (await store.keepSetting(
      'identity',
      whole(await exportSigningKeys(await generateSigningKeys())),
    ))
  const { publicKey, privateKey } = halves(stored)
  const signing = await importSigningKeys(publicKey, privateKey)
  const gateway = gatewayKeys(publicKey, privateKey)
  return { signing, gateway, publicKey: toBase64(publicKey), operator }
}

export const createSealingKey = async (): Promise<Bytes> =>
  whole(await exportSealingKeys(await generateSealingKeys()))

export const publicHalf = (sealingKey: Bytes): string => toBase64(halves(sealingKey).publicKey)

type RoundKeys = Awaited<ReturnType<typeof importKeys>>

/**
 * Loads a round's keys and caches the keys of the last round.
 * @throws NearsideError `round-closed` once the keys are destroyed
 */
export function createRoundKeys(
  other: 'leader' | 'helper',
): (record: RoundRecord) => Promise<RoundKeys> {
  let last: { readonly policyHash: string; readonly keys: Promise<RoundKeys> } | null = null
  return ({ round, policy, policyHash, sealingKey }) => {
    if (sealingKey === null) throw new NearsideError('round-closed', `Round ${round} is over`)
    if (last?.policyHash !== policyHash) {
      const keys = importKeys(sealingKey, policy, other, policyHash)
      last = { policyHash, keys }
      keys.catch(() => {
        if (last?.keys === keys) last = null
      })
    }
    return last.keys
  }
}

async function importKeys(
  sealingKey: Bytes,
  policy: Policy,
  other: 'leader' | 'helper',
  policyHash: string,
) {
  const { publicKey, privateKey } = halves(sealingKey)
  const sealing = importOpeningKeys(publicKey, privateKey)
  const secret = agree(sealing.privateKey, fromBase64(policy[other].sealing))
  return {
    sealing,
    /** Key for checking proofs, 32 bytes. Both aggregators can compute it, but devices can't. */
    verify: serverHkdf(secret, utf8('nearside verify v2'), fromHex(policyHash), 32),
    /** Hash of the consent; each share of the round begins with it. */
    consent: await consentHash(policyTerms(policy)),
  }
}

const whole = (keys: { readonly publicKey: Bytes; readonly privateKey: Bytes }): Bytes =>
  concat(keys.publicKey, keys.privateKey)

function halves(stored: Bytes) {
  if (stored.length !== 2 * KEY_BYTES)
    throw new NearsideError('storage-corrupt', 'The stored keys are damaged')
  return { publicKey: stored.slice(0, KEY_BYTES), privateKey: stored.slice(KEY_BYTES) }
}
