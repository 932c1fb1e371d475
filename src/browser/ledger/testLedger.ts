/** @module Key that signs logs in tests. */
import { openSigner, type Signer } from './signer.ts'

export async function testSigner(): Promise<Signer> {
  const signer = await openSigner({ logKeys: async (made) => made })
  if (!signer) throw new Error('no Ed25519 here')
  return signer
}
