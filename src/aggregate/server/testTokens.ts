/** @module A token issuer, and tokens as devices get them, for tests. */
import { generateKeyPairSync } from 'node:crypto'
import { agreeTask } from '@nearside/browser/contribution/agreeTask.ts'
import { type KeptToken, obtainToken } from '@nearside/browser/contribution/obtainToken.ts'
import { transportBy } from '@nearside/research/simulate/device.ts'
import { cryptoRandomBytes } from '../privacy/randomBytes.ts'
import type { Issuer } from '../protocol/policy.ts'
import { authorizationOf } from '../protocol/token.ts'
import { HELPER, LEADER, type TestFederation } from './testFederation.ts'
import { createTokenSigner } from './tokenIssuer.ts'

export const newIssuerKey = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey

/** Issuer whose tokens cost hardly any work. */
export async function createWorkIssuer(bits = 2) {
  const pem = newIssuerKey()
  const signer = await createTokenSigner(pem)
  const issuer: Issuer = { kind: 'work', key: signer.publicKey, bits }
  return { pem, signer, issuer }
}

export async function tokenHeader({ fetch }: Pick<TestFederation, 'fetch'>): Promise<string> {
  const transport = transportBy(fetch)
  const endpoints = { leader: LEADER, helper: HELPER }
  const task = await agreeTask(transport, endpoints)
  let token: KeptToken | undefined
  const { token: got } = await obtainToken(
    {
      endpoints,
      transport,
      randomBytes: cryptoRandomBytes,
      records: async (change) => {
        token = { token, ...change({ token }, 0) }.token
      },
    },
    task,
  )
  return authorizationOf(got)
}
