/**
 * @module `manifest.json` of a model version: what the files are, what they must hash to, and what
 * the model was made from. A model directory is `<version>/manifest.json` plus the files it names;
 * `latest.json` beside the versions is `{ "version": string, "manifest": sha256 }`.
 */

export const MANIFEST_FORMAT = 1

export interface ModelFile {
  /** File name inside the version's directory. */
  readonly name: string
  readonly bytes: number
  /** Lower-case hex. */
  readonly sha256: string
  /** Tensor name → dtype and shape, exactly those in the safetensors file. */
  readonly tensors: Readonly<
    Record<string, { readonly dtype: string; readonly shape: readonly number[] }>
  >
}

export interface FeatureRecord {
  readonly name: string
  /** Raw values are divided by this before w applies. */
  readonly scale: number
  readonly weight: number
  readonly kept: boolean
  /** Why it was kept or dropped. */
  readonly reason: string
}

export interface ModelManifest {
  readonly format: typeof MANIFEST_FORMAT
  readonly version: string
  /** The version whose shared parameters were updated to make this one; null for a pretrained model. */
  readonly parent: string | null
  readonly shop: string
  readonly items: number
  readonly dimension: number
  readonly features: readonly FeatureRecord[]
  readonly files: readonly ModelFile[]
  /** ISO dates of the first and last event that training saw, and the exclusive limit. */
  readonly data: { readonly from: string; readonly to: string; readonly until: string }
  readonly seed: number
  /** Shoppers never seen in training: `hash(shopper, seed) < fraction`, or a list given by file. */
  readonly holdout: { readonly fraction: number; readonly shoppers: number }
  readonly metrics: Readonly<Record<string, number>>
}
