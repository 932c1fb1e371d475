/** @module An aggregator's own keys: made once, kept in its store, private halves never leave it. */

import { type Bytes, concat, toBase64 } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import {
  exportSealingKeys,
  generateSealingKeys,
  importSealingKeys,
  type SealingKeys,
} from '../privacy/seal.ts'
import {
  exportSigningKeys,
  generateSigningKeys,
  importSigningKeys,
  type SigningKeys,
} from '../privacy/signature.ts'
import type { AggregatorKeys } from '../protocol/policy.ts'
import type { Store } from './store.ts'

const KEY_BYTES = 32

export interface Identity {
  readonly sealing: SealingKeys
  readonly signing: SigningKeys
  readonly publicKeys: AggregatorKeys
}

/** Loads the keys, or makes and stores them on the first start. */
export async function loadIdentity(store: Store): Promise<Identity> {
  const stored = (await store.setting('identity')) ?? (await create(store))
  if (stored.length !== 4 * KEY_BYTES)
    throw new NearsideError('storage-corrupt', 'The stored keys are damaged')
  const [sealingPublic, sealingPrivate, signingPublic, signingPrivate] = [0, 1, 2, 3].map((i) =>
    stored.slice(i * KEY_BYTES, (i + 1) * KEY_BYTES),
  )
  return {
    sealing: await importSealingKeys(sealingPublic, sealingPrivate),
    signing: await importSigningKeys(signingPublic, signingPrivate),
    publicKeys: { sealing: toBase64(sealingPublic), signing: toBase64(signingPublic) },
  }
}

async function create(store: Store): Promise<Bytes> {
  const sealing = await exportSealingKeys(await generateSealingKeys())
  const signing = await exportSigningKeys(await generateSigningKeys())
  const bytes = concat(sealing.publicKey, sealing.privateKey, signing.publicKey, signing.privateKey)
  await store.putSetting('identity', bytes)
  return bytes
}
