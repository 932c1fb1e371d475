/**
 * @module Reads and validates `manifest.json` and `latest.json`. A model directory has one folder per version, with the
 * manifest and the files that it names. Beside the folders lies `latest.json`, which names the newest version.
 */
import { invalidInput, NearsideError } from '../error.ts'
import type { WholeCatalog } from '../features/itemStatistics.ts'
import { isRecord } from '../isRecord.ts'
import { createReaders, type Read } from '../reading.ts'
import { DAY } from '../time.ts'
import { KEY } from './release.ts'

export const MANIFEST_FORMAT = 1

export interface ModelFile {
  /** File name inside the version's directory. */
  readonly name: string
  readonly bytes: number
  /** SHA-256 in lower-case hexadecimal. */
  readonly sha256: string
}

/** Items with the highest popularity of the last 30 days, best first. */
export interface BestSellers {
  readonly ids: readonly string[]
  readonly popularity: readonly number[]
}

export interface FeatureRecord {
  readonly name: string
  /** Divisor of the raw values; the weight applies to the quotient. */
  readonly scale: number
  readonly weight: number
  readonly kept: boolean
  /** Reason why training kept or dropped the feature. */
  readonly reason: string
}

export interface ModelManifest {
  readonly format: typeof MANIFEST_FORMAT
  readonly version: string
  /** Version whose shared parameters were updated to make this one; null for a pretrained model. */
  readonly parent: string | null
  /** Earlier version that `pretrain --from` started from, and what the update changed. */
  readonly update?: { readonly from: string; readonly did: string }
  /**
   * `catalog` if the model was made without a log: it counts no shoppers, and its neighbours are items of similar
   * titles. Absent if the model was made from a log.
   */
  readonly source?: 'catalog'
  readonly shop: string
  readonly items: number
  readonly dimension: number
  readonly features: readonly FeatureRecord[]
  /** Context features that training examined; the model's context file has only the kept ones. */
  readonly contextFeatures?: readonly FeatureRecord[]
  readonly files: readonly ModelFile[]
  /** Items for a cold-start user's list before the model's files arrive. Models of earlier versions lack this list. */
  readonly bestSellers?: BestSellers
  /**
   * Tail: less popular items, which `files` lack, in shards by category; absent if `files` have all items. The field
   * `items` counts only the items in `files`.
   */
  readonly tail?: TailRecord
  /** ISO dates of the training data's first and last event, and of the (exclusive) end of the training period. */
  readonly data: { readonly from: string; readonly to: string; readonly until: string }
  readonly seed: number
  /** Shoppers excluded from training: those with `hash(shopper, seed) < fraction`, or those listed in a file. */
  readonly holdout: {
    readonly fraction: number
    readonly shoppers: number
    /** SHA-256 (hexadecimal) of the list of shoppers; absent if a share of the shoppers is held out. */
    readonly hash?: string
  }
  /** Files that training wrote beside the model, and that devices don't need. */
  readonly reports?: readonly ModelFile[]
  readonly metrics: Readonly<Record<string, number>>
  /** ISO 4217 code of the currency that most of the shop's prices have; absent if no price names a currency. */
  readonly currency?: string
  /**
   * Relative difference in relevance up to which the personal ranking decides between two hits of a search. With the
   * default 0, the personal ranking decides only between hits of equal relevance.
   */
  readonly searchTolerance?: number
}

interface TailRecord {
  /** Folder of the shards, beside the versions' folders; its name contains the hash of its `index.json`. */
  readonly folder: string
  /** SHA-256 of the folder's `index.json`, which names the shards and their hashes. */
  readonly sha256: string
  readonly whole: WholeCatalog
}

export const isFromCatalog = ({ manifest }: { readonly manifest: ModelManifest }): boolean =>
  manifest.source === 'catalog'

/** Content of `latest.json`. */
export interface LatestModel {
  /** Name of the newest version, which is also its directory's name. */
  readonly version: string
  /** SHA-256 of that version's `manifest.json`. */
  readonly manifest: string
  /** Terms of the release, and signatures; only if the shop signs its models. */
  readonly signed?: SignedRelease
}

export interface SignedRelease extends ReleaseTerms {
  /** Signatures, each of which covers all of `latest.json` except the signatures. */
  readonly signatures: readonly ModelSignature[]
}

export interface ReleaseTerms {
  /** Release number, from 1; it rises with each release, even when an earlier model is published again. */
  readonly release: number
  /** Start of validity in milliseconds since the epoch. */
  readonly issued: number
  /** End of validity in milliseconds since the epoch, at most 366 days after `issued`. By then a new release is due. */
  readonly expires: number
}

/** Ed25519 signature. */
export interface ModelSignature {
  /** Public key in base64. */
  readonly key: string
  /** Signature in base64. */
  readonly signature: string
}

/** A version names a directory, so it has no slash and doesn't begin with a dot. */
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.safetensors$/
const REPORT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.json$/
const SHA256 = /^[0-9a-f]{64}$/
const SIGNATURE = /^[A-Za-z0-9+/]{86}==$/
const LINE = /^[^\n\r\0]{0,500}$/
/** An item id has no line break, because model files have one id per line. */
const ID = /^[^\n]*$/
const MAX_ITEMS = 1_000_000
const MAX_FEATURES = 1000
const MAX_FILES = 16
const MAX_BEST_SELLERS = 1000
const MAX_SIGNATURES = 16
const LONGEST_RELEASE = 366 * DAY
/**
 * Maximum `searchTolerance`: a hit by a synonym has 0.8 of an exact hit's relevance and must stay behind the exact hit.
 */
const MOST_TOLERANCE = 0.2

const corrupt = (what: string) =>
  new NearsideError('model-corrupt', `The model's manifest: ${what} is missing or malformed`)
const { list, number, object, oneOf, optional, record, text, whole } = createReaders(corrupt)

const date: Read<string> = (value, what) => {
  const found = text(LINE)(value, what)
  if (!Number.isFinite(Date.parse(found))) throw corrupt(what)
  return found
}
const fileNamed = (name: RegExp) =>
  object<ModelFile>({ name: text(name), bytes: whole(0, 2 ** 31), sha256: text(SHA256) })
export const readModelFile = fileNamed(FILE_NAME)
const tail = object<TailRecord>({
  folder: text(VERSION),
  sha256: text(SHA256),
  whole: object({
    items: whole(0, MAX_ITEMS),
    popularity: number(),
    prices: object({ least: number(), highest: number(), mean: number(), variance: number() }),
    peerGroups: whole(0, 65_535),
  }),
})
const features = list(
  object<FeatureRecord>({
    name: text(LINE),
    scale: number((scale) => scale >= 0),
    weight: number(),
    kept: oneOf(true, false),
    reason: text(LINE),
  }),
  MAX_FEATURES,
)
/** Reads a time in milliseconds since the epoch, within the range of JavaScript dates. */
const time = whole(0, 8.64e15)
const readLatest = object<LatestModel>({
  version: text(VERSION),
  manifest: text(SHA256),
  signed: optional(
    object<SignedRelease>({
      release: whole(1, Number.MAX_SAFE_INTEGER),
      issued: time,
      expires: time,
      signatures: list(
        object<ModelSignature>({ key: text(KEY), signature: text(SIGNATURE) }),
        MAX_SIGNATURES,
      ),
    }),
  ),
})
const readManifest = object<ModelManifest>({
  format: oneOf(MANIFEST_FORMAT),
  version: text(VERSION),
  parent: (value, what) => (value === null ? null : text(VERSION)(value, what)),
  update: optional(object({ from: text(VERSION), did: text(LINE) })),
  source: optional(oneOf('catalog')),
  shop: text(LINE),
  items: whole(0, MAX_ITEMS),
  dimension: whole(0, 4096),
  features,
  contextFeatures: optional(features),
  files: list(readModelFile, MAX_FILES),
  tail: optional(tail),
  bestSellers: optional(
    object<BestSellers>({
      ids: list(text(ID), MAX_BEST_SELLERS),
      popularity: list(number(), MAX_BEST_SELLERS),
    }),
  ),
  data: object({ from: date, to: date, until: date }),
  seed: whole(0, 2 ** 32),
  holdout: object({
    fraction: number(),
    shoppers: whole(0, Number.MAX_SAFE_INTEGER),
    hash: optional(text(SHA256)),
  }),
  reports: optional(list(fileNamed(REPORT_NAME), MAX_FILES)),
  metrics: record(number()),
  currency: optional(text(/^[A-Z]{3}$/)),
  searchTolerance: optional(number((share) => share >= 0 && share <= MOST_TOLERANCE)),
})

/** @throws NearsideError `model-corrupt` if a field is missing or malformed */
export function parseLatest(value: unknown): LatestModel {
  const latest = readLatest(value, 'latest.json')
  const { issued = 0, expires = 1 } = latest.signed ?? {}
  if (expires <= issued || expires - issued > LONGEST_RELEASE)
    throw corrupt('latest.json.signed.expires')
  return latest
}

/** @throws NearsideError `input-invalid` if the name can't name a directory */
export function parseVersion(name: string): string {
  if (VERSION.test(name)) return name
  throw invalidInput(
    `'${name}' can't name a version: letters, digits, dots and dashes only, at most 64`,
  )
}

/**
 * Returns a new object with only the known fields.
 * @throws NearsideError `model-corrupt` if the manifest is malformed, `model-incompatible` for another format
 */
export function parseManifest(value: unknown): ModelManifest {
  if (isRecord(value) && value.format !== MANIFEST_FORMAT) {
    // Some JSON values can't be converted to text, e.g. {"toString": []}.
    const given = typeof value.format === 'number' ? value.format : 'not a number'
    throw new NearsideError(
      'model-incompatible',
      `the model's format is ${given}, this version reads format ${MANIFEST_FORMAT}`,
    )
  }
  const manifest = readManifest(value, '')
  if (new Set(manifest.files.map(({ name }) => name)).size < manifest.files.length)
    throw corrupt('a unique name for each file')
  const { ids = [], popularity = [] } = manifest.bestSellers ?? {}
  if (ids.length !== popularity.length) throw corrupt('the popularity of each best seller')
  return manifest
}
