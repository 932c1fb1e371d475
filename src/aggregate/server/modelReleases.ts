/**
 * @module The helper's record of published models. The helper signs a model only if a publisher that the helper's
 * operator named has signed it. The helper signs one model per release number, in rising sequence. Everybody can read
 * the list. The helper can't judge a model's quality. A client that requires the helper's signature gets the same model
 * as all others.
 */
import { fromBase64, toBase64 } from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { LatestModel, ModelSignature } from '@nearside/core/model/manifest.ts'
import { releaseMessage } from '@nearside/core/model/release.ts'
import { DAY } from '@nearside/core/time.ts'
import { sign, verify } from '../privacy/signature.ts'
import type { AggregatorOptions } from './aggregator.ts'

interface ModelReleaseOptions
  extends Pick<AggregatorOptions, 'store' | 'identity' | 'now' | 'log'> {
  readonly publishers: readonly string[]
}

export type ModelReleases = ReturnType<typeof createModelReleases>

/** Largest accepted difference between the publisher's and the helper's clock, in milliseconds. */
const CLOCKS = DAY
const SHOWN = 100

export function createModelReleases(options: ModelReleaseOptions) {
  const { store, identity, publishers, now, log = () => {} } = options

  return {
    /** Signed releases, newest first. */
    list: () => store.modelReleases(SHOWN),
    /**
     * Signs a release. A repeated request gets the same signature.
     * @throws NearsideError `consent-missing` unless a publisher signed the release; `version-taken` for a release
     *   number that is not the highest; `input-invalid` for a release whose time of issue is far from the present
     */
    async sign(latest: LatestModel): Promise<ModelSignature> {
      const { version, manifest, signed } = latest
      const message = signed && releaseMessage(latest, signed)
      const isBy = ({ key, signature }: ModelSignature) =>
        publishers.includes(key) && verify(fromBase64(key), signature, message ?? new Uint8Array())
      const held = await Promise.all(signed?.signatures.map(isBy) ?? [])
      if (!signed || !message || !held.includes(true))
        throw new NearsideError(
          'consent-missing',
          'No --publisher of this helper signed the release',
        )
      const { release, issued, expires } = signed
      if (Math.abs(now() - issued) > CLOCKS)
        throw new NearsideError(
          'input-invalid',
          'The release was not issued today: check both clocks',
        )
      const said = { version, manifest, release, issued, expires }
      const kept = await store.keepModelRelease(said)
      if (canonicalJson(kept) !== canonicalJson(said))
        throw new NearsideError(
          'version-taken',
          `Release ${kept.release} is already signed: use a higher number`,
        )
      log(`signed model ${version} as release ${release}`)
      return {
        key: identity.publicKey,
        signature: toBase64(await sign(identity.signing, message)),
      }
    },
    /** @throws NearsideError `policy-mismatch` unless this is the newest model that the helper signed */
    async requireNewest(manifest: string): Promise<void> {
      const [newest] = await store.modelReleases(1)
      if (newest?.manifest === manifest) return
      const message = 'Refused: the round’s model is not the newest that the helper has signed'
      throw new NearsideError('policy-mismatch', message)
    },
  }
}
