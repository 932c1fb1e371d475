/**
 * @module `manifest.json` of a model version: what the files are, what they must hash to, and what
 * the model was made from. A model directory is `<version>/manifest.json` plus the files it names;
 * `latest.json` beside the versions is `{ "version": string, "manifest": sha256 }`.
 */

import { NearsideError } from '../error.ts'

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

export interface ReportFile {
  /** File name inside the version's directory. */
  readonly name: string
  readonly bytes: number
  /** Lower-case hex. */
  readonly sha256: string
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
  /** Where `pretrain --from` made it of an earlier version: of which, and what it did. */
  readonly update?: { readonly from: string; readonly did: string }
  readonly shop: string
  readonly items: number
  readonly dimension: number
  readonly features: readonly FeatureRecord[]
  /** Features of the context, as far as training looked at them; kept ones lie in a file. */
  readonly contextFeatures?: readonly FeatureRecord[]
  readonly files: readonly ModelFile[]
  /** ISO dates of the first and last event that training saw, and the exclusive limit. */
  readonly data: { readonly from: string; readonly to: string; readonly until: string }
  readonly seed: number
  /** Shoppers never seen in training: `hash(shopper, seed) < fraction`, or a list given by file. */
  readonly holdout: { readonly fraction: number; readonly shoppers: number }
  /** What training wrote down beside the model; no device needs it. */
  readonly reports?: readonly ReportFile[]
  readonly metrics: Readonly<Record<string, number>>
  /** Share of relevance within which the personal order decides in a search; absent: 0, ties alone. */
  readonly searchTolerance?: number
}

/** What `latest.json` says. */
export interface LatestModel {
  /** The newest version’s name, which is also its directory’s. */
  readonly version: string
  /** SHA-256 of that version's `manifest.json`. */
  readonly manifest: string
}

const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.safetensors$/
const REPORT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.json$/
const SHA256 = /^[0-9a-f]{64}$/
const DTYPE = /^(F32|I32|U32|U16|I8|U8)$/
const MAX_ITEMS = 1_000_000
const MAX_FILES = 16
/** A hit for another wording of a query counts four fifths, and is not to pass one for the word itself. */
const MOST_TOLERANCE = 0.2

/**
 * A version is also a directory's name, hence no slashes and no leading dot.
 * @throws NearsideError `model-corrupt`
 */
export function parseLatest(value: unknown): LatestModel {
  const latest = record(value, 'latest.json')
  return {
    version: text(latest.version, 'version', VERSION),
    manifest: text(latest.manifest, 'manifest', SHA256),
  }
}

/**
 * A version's name, given by a person.
 * @throws NearsideError `input-invalid`
 */
export function parseVersion(name: string): string {
  if (VERSION.test(name)) return name
  throw new NearsideError(
    'input-invalid',
    `'${name}' can't name a version: letters, digits, dots and dashes only, at most 64`,
  )
}

/**
 * Checks every field of a manifest from outside and returns a fresh object of only those fields.
 * @throws NearsideError `model-corrupt` for a malformed one, `model-incompatible` for another format
 */
export function parseManifest(value: unknown): ModelManifest {
  const manifest = record(value, 'the manifest')
  if (manifest.format !== MANIFEST_FORMAT) {
    // Not just anything can be written as text: {"toString": []} can't.
    const given = typeof manifest.format === 'number' ? manifest.format : 'not a number'
    throw new NearsideError(
      'model-incompatible',
      `the model's format is ${given}, this version reads format ${MANIFEST_FORMAT}`,
    )
  }
  const data = record(manifest.data, 'data')
  const holdout = record(manifest.holdout, 'holdout')
  const files = list(manifest.files, 'files', MAX_FILES).map(parseFile)
  if (new Set(files.map(({ name }) => name)).size !== files.length)
    throw corrupt('two files of the manifest have the same name')
  return {
    format: MANIFEST_FORMAT,
    version: text(manifest.version, 'version', VERSION),
    parent: manifest.parent === null ? null : text(manifest.parent, 'parent', VERSION),
    ...(manifest.update === undefined ? {} : { update: parseUpdate(manifest.update) }),
    shop: text(manifest.shop, 'shop'),
    items: integer(manifest.items, 'items', MAX_ITEMS),
    dimension: integer(manifest.dimension, 'dimension', 4096),
    features: list(manifest.features, 'features', 1000).map(parseFeature),
    ...(manifest.contextFeatures === undefined
      ? {}
      : {
          contextFeatures: list(manifest.contextFeatures, 'contextFeatures', 1000).map(
            parseFeature,
          ),
        }),
    files,
    data: {
      from: date(data.from, 'data.from'),
      to: date(data.to, 'data.to'),
      until: date(data.until, 'data.until'),
    },
    seed: integer(manifest.seed, 'seed', 2 ** 32),
    holdout: {
      fraction: finite(holdout.fraction, 'holdout.fraction'),
      shoppers: integer(holdout.shoppers, 'holdout.shoppers', Number.MAX_SAFE_INTEGER),
    },
    ...(manifest.reports === undefined
      ? {}
      : { reports: list(manifest.reports, 'reports', MAX_FILES).map(parseReport) }),
    metrics: numbers(manifest.metrics, 'metrics'),
    ...(manifest.searchTolerance === undefined
      ? {}
      : { searchTolerance: parseTolerance(manifest.searchTolerance) }),
  }
}

function parseUpdate(value: unknown): ModelManifest['update'] {
  const update = record(value, 'update')
  return { from: text(update.from, 'update.from', VERSION), did: text(update.did, 'update.did') }
}

function parseTolerance(value: unknown): number {
  const tolerance = finite(value, 'searchTolerance')
  if (tolerance >= 0 && tolerance <= MOST_TOLERANCE) return tolerance
  throw corrupt(`searchTolerance in the manifest is not a share from 0 to ${MOST_TOLERANCE}`)
}

function parseReport(value: unknown): ReportFile {
  const report = record(value, 'a report of the manifest')
  const name = text(report.name, 'report name', REPORT_NAME)
  return {
    name,
    bytes: integer(report.bytes, `bytes of ${name}`, 2 ** 31),
    sha256: text(report.sha256, `sha256 of ${name}`, SHA256),
  }
}

function parseFile(value: unknown): ModelFile {
  const file = record(value, 'a file of the manifest')
  const name = text(file.name, 'file name', FILE_NAME)
  const tensors = Object.entries(record(file.tensors, `tensors of ${name}`)).map(
    ([tensor, described]) => {
      const { dtype, shape } = record(described, `tensor '${tensor}' of ${name}`)
      return [
        tensor,
        {
          dtype: text(dtype, `dtype of '${tensor}'`, DTYPE),
          shape: list(shape, `shape of '${tensor}'`, 4).map((extent) =>
            integer(extent, `shape of '${tensor}'`, 2 ** 31),
          ),
        },
      ] as const
    },
  )
  return {
    name,
    bytes: integer(file.bytes, `bytes of ${name}`, 2 ** 31),
    sha256: text(file.sha256, `sha256 of ${name}`, SHA256),
    tensors: Object.fromEntries(tensors),
  }
}

function parseFeature(value: unknown): FeatureRecord {
  const feature = record(value, 'a feature of the manifest')
  const name = text(feature.name, 'feature name')
  const scale = finite(feature.scale, `scale of ${name}`)
  if (scale < 0) throw corrupt(`scale of ${name} in the manifest is negative`)
  if (typeof feature.kept !== 'boolean') throw corrupt(`kept of ${name} is not true or false`)
  return {
    name,
    scale,
    weight: finite(feature.weight, `weight of ${name}`),
    kept: feature.kept,
    reason: text(feature.reason, `reason of ${name}`),
  }
}

function numbers(value: unknown, what: string): Record<string, number> {
  return Object.fromEntries(
    Object.entries(record(value, what)).map(([key, number]) => [key, finite(number, key)]),
  )
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw corrupt(`${what} is not an object`)
  return value as Record<string, unknown>
}

function list(value: unknown, what: string, longest: number): readonly unknown[] {
  if (!Array.isArray(value)) throw corrupt(`${what} in the manifest is not a list`)
  if (value.length > longest) throw corrupt(`${what} in the manifest has ${value.length} entries`)
  return value
}

function text(value: unknown, what: string, pattern = /^[^\n\r\0]{0,500}$/): string {
  if (typeof value !== 'string' || !pattern.test(value))
    throw corrupt(`${what} in the manifest is missing or malformed`)
  return value
}

function date(value: unknown, what: string): string {
  const found = text(value, what)
  if (!Number.isFinite(Date.parse(found))) throw corrupt(`${what} in the manifest is not a date`)
  return found
}

function finite(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw corrupt(`${what} in the manifest is not a number`)
  return value
}

function integer(value: unknown, what: string, largest: number): number {
  const number = finite(value, what)
  if (!Number.isInteger(number) || number < 0 || number > largest)
    throw corrupt(`${what} in the manifest is not a whole number from 0 to ${largest}`)
  return number
}

function corrupt(message: string): NearsideError {
  return new NearsideError('model-corrupt', message)
}
