/**
 * @module `manifest.json` of a model version: what the files are, what they must hash to, and what
 * the model was made from. A model directory is `<version>/manifest.json` plus the files it names;
 * `latest.json` beside the versions is `{ "version": string, "manifest": sha256 }`, and where models are
 * signed also `signed`: as which release, for how long, and by whom.
 */

import { NearsideError } from '../error.ts'
import { isRecord } from '../isRecord.ts'
import { createReaders, type Read } from '../reading.ts'
import { DAY } from '../time.ts'

export const MANIFEST_FORMAT = 1

export interface ModelFile {
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
  readonly holdout: {
    readonly fraction: number
    readonly shoppers: number
    /** Of those that the file named, SHA-256 in hex; absent where a share is held out. */
    readonly hash?: string
  }
  /** What training wrote down beside the model; no device needs it. */
  readonly reports?: readonly ModelFile[]
  readonly metrics: Readonly<Record<string, number>>
  /** ISO 4217, of most of the shop's prices; absent where they name none. */
  readonly currency?: string
  /** Share of relevance within which the personal order decides in a search; absent: 0, ties alone. */
  readonly searchTolerance?: number
}

/** What `latest.json` says. */
export interface LatestModel {
  /** The newest version’s name, which is also its directory’s. */
  readonly version: string
  /** SHA-256 of that version's `manifest.json`. */
  readonly manifest: string
  /** Where the shop signs its models. */
  readonly signed?: SignedRelease
}

/** What is signed of a published model besides its name and hash, and the signatures. */
export interface SignedRelease extends ReleaseTerms {
  /** Each over all that `latest.json` says but the signatures. */
  readonly signatures: readonly ModelSignature[]
}

/** Which release a model is, and until when. */
export interface ReleaseTerms {
  /** From 1; rises with each release and never names two, an earlier model that is published again included. */
  readonly release: number
  /** Milliseconds since the epoch. */
  readonly issued: number
  /** Milliseconds since the epoch, at most 366 days later: a new release has to come by then. */
  readonly expires: number
}

/** By Ed25519. */
export interface ModelSignature {
  /** The public key, base64. */
  readonly key: string
  /** Base64. */
  readonly signature: string
}

/** A version is also a directory's name, hence no slashes and no leading dot. */
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.safetensors$/
const REPORT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.json$/
const SHA256 = /^[0-9a-f]{64}$/
const KEY = /^[A-Za-z0-9+/]{43}=$/
const SIGNATURE = /^[A-Za-z0-9+/]{86}==$/
const LINE = /^[^\n\r\0]{0,500}$/
const MAX_ITEMS = 1_000_000
const MAX_FEATURES = 1000
const MAX_FILES = 16
const MAX_SIGNATURES = 16
const LONGEST_RELEASE = 366 * DAY
/** A hit for another wording of a query counts four fifths, and is not to pass one for the word itself. */
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
/** As far as dates go. */
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
  shop: text(LINE),
  items: whole(0, MAX_ITEMS),
  dimension: whole(0, 4096),
  features,
  contextFeatures: optional(features),
  files: list(fileNamed(FILE_NAME), MAX_FILES),
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

/** @throws NearsideError `model-corrupt` */
export function parseLatest(value: unknown): LatestModel {
  const latest = readLatest(value, 'latest.json')
  const { issued = 0, expires = 1 } = latest.signed ?? {}
  if (expires <= issued || expires - issued > LONGEST_RELEASE)
    throw corrupt('latest.json.signed.expires')
  return latest
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
  if (isRecord(value) && value.format !== MANIFEST_FORMAT) {
    // Not just anything can be written as text: {"toString": []} can't.
    const given = typeof value.format === 'number' ? value.format : 'not a number'
    throw new NearsideError(
      'model-incompatible',
      `the model's format is ${given}, this version reads format ${MANIFEST_FORMAT}`,
    )
  }
  const manifest = readManifest(value, '')
  if (new Set(manifest.files.map(({ name }) => name)).size < manifest.files.length)
    throw corrupt('a second file of the same name')
  return manifest
}
