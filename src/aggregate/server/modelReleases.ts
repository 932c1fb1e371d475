/**
 * @module How the helper watches over published models: it signs what a publisher that its operator named
 * has signed, one model a release, in rising order, and shows the list to everybody. It can't tell a good
 * model from a bad one; whoever asks for its signature gets the model that everybody gets.
 */
import { fromBase64, toBase64 } from '../../core/bytes.ts'
import { canonicalJson } from '../../core/canonicalJson.ts'
import { NearsideError } from '../../core/error.ts'
import type { LatestModel, ModelSignature } from '../../core/model/manifest.ts'
import { releaseMessage } from '../../core/model/release.ts'
import { DAY } from '../../core/time.ts'
import { sign, verify } from '../privacy/signature.ts'
import type { AggregatorOptions } from './aggregator.ts'

interface ModelReleaseOptions
  extends Pick<AggregatorOptions, 'store' | 'identity' | 'now' | 'log'> {
  /** Public keys, base64, of those whose models it signs. */
  readonly publishers: readonly string[]
}

export type ModelReleases = ReturnType<typeof createModelReleases>

/** How far a publisher's clock may be from the helper's, milliseconds. */
const CLOCKS = DAY
const SHOWN = 100

export function createModelReleases(options: ModelReleaseOptions) {
  const { store, identity, publishers, now, log = () => {} } = options

  return {
    /** Newest first. */
    list: () => store.modelReleases(SHOWN),
    /**
     * Asked again for the same, it gives the same signature.
     * @throws NearsideError `consent-missing` unless a publisher signed it; `version-taken` for a number
     * that is not above all others; `input-invalid` for one that begins at another time than now
     */
    async sign(latest: LatestModel): Promise<ModelSignature> {
      const { version, manifest, signed } = latest
      const message = signed && releaseMessage(latest, signed)
      const isBy = ({ key, signature }: ModelSignature) =>
        publishers.includes(key) && verify(fromBase64(key), signature, message ?? new Uint8Array())
      const held = await Promise.all(signed?.signatures.map(isBy) ?? [])
      if (!signed || !message || !held.includes(true))
        throw new NearsideError('consent-missing', 'It is not signed by a publisher of this helper')
      const { release, issued, expires } = signed
      if (Math.abs(now() - issued) > CLOCKS)
        throw new NearsideError('input-invalid', 'It was not issued today')
      const said = { version, manifest, release, issued, expires }
      const kept = await store.keepModelRelease(said)
      if (canonicalJson(kept) !== canonicalJson(said))
        throw new NearsideError(
          'version-taken',
          `Release ${kept.release} is known: take a later one`,
        )
      log(`signed model ${version} as release ${release}`)
      return {
        key: identity.publicKey,
        signature: toBase64(await sign(identity.signing, message)),
      }
    },
    /** @throws NearsideError `policy-mismatch` unless this is the newest model that it signed */
    async requireNewest(manifest: string): Promise<void> {
      const [newest] = await store.modelReleases(1)
      if (newest?.manifest === manifest) return
      const message = 'Refused: the round’s model is not the newest that the helper has signed'
      throw new NearsideError('policy-mismatch', message)
    },
  }
}
