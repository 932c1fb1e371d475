import { fromHex, toHex, utf8 } from '@nearside/core/bytes.ts'
import { describe, expect, it } from 'vitest'
import { importOpeningKeys, openSeal } from './openSeal.ts'
import { cryptoRandomBytes } from './randomBytes.ts'
import { ENCAPSULATED_BYTES, exportSealingKeys, generateSealingKeys, seal } from './seal.ts'

const [info, aad] = [utf8('info'), utf8('aad')]

async function newKeys() {
  const { publicKey, privateKey } = await exportSealingKeys(await generateSealingKeys())
  return importOpeningKeys(publicKey, privateKey)
}

describe('a server’s openSeal', () => {
  it('a server’s openSeal opens the example of RFC 9180, A.1 base mode, sequence number 0', () => {
    const keys = importOpeningKeys(
      fromHex('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d'),
      fromHex('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8'),
    )
    const sealed = fromHex(
      '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431' +
        'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
    )
    const plain = openSeal(
      keys,
      sealed,
      fromHex('4f6465206f6e2061204772656369616e2055726e'),
      fromHex('436f756e742d30'),
    )
    expect(toHex(plain)).toBe('4265617574792069732074727574682c20747275746820626561757479')
  })

  it('a server’s openSeal opens messages that a device sealed, at every length and only with the right key', async () => {
    const [keys, others] = [await newKeys(), await newKeys()]
    for (const length of [0, 1, 16, 32, 11_000]) {
      const plain = cryptoRandomBytes(length)
      const sealed = await seal(keys.publicKey, plain, info, aad, cryptoRandomBytes(32))
      expect(toHex(openSeal(keys, sealed, info, aad))).toBe(toHex(plain))
      const refused = expect.objectContaining({ code: 'report-invalid' })
      expect(() => openSeal(others, sealed, info, aad)).toThrow(refused)
    }
  })

  it('a server’s openSeal refuses a sealed message that was changed, truncated, or sealed for another purpose', async () => {
    const keys = await newKeys()
    const sealed = await seal(keys.publicKey, utf8('message'), info, aad, cryptoRandomBytes(32))
    const refused = expect.objectContaining({ code: 'report-invalid' })
    expect(() => openSeal(keys, sealed, info, utf8('other'))).toThrow(refused)
    expect(() => openSeal(keys, sealed, utf8('other'), aad)).toThrow(refused)
    for (const length of [0, 20, ENCAPSULATED_BYTES, ENCAPSULATED_BYTES + 15, sealed.length - 1])
      expect(() => openSeal(keys, sealed.slice(0, length), info, aad)).toThrow(refused)
    for (const at of sealed.keys()) {
      const changed = sealed.slice()
      changed[at] ^= 1
      // X25519 ignores the highest bit of a public key. HPKE derives its keys from all bits, so opening fails.
      expect(() => openSeal(keys, changed, info, aad)).toThrow(refused)
    }
    // These public keys are points of small order, so the shared secret is public.
    for (const point of ['00'.repeat(32), `01${'00'.repeat(31)}`]) {
      const small = sealed.slice()
      small.set(fromHex(point))
      expect(() => openSeal(keys, small, info, aad)).toThrow(refused)
    }
  })
})
