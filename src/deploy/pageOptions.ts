/**
 * @module What a page says of its shop in one element, which its script reads and `doctor` finds: the
 * addresses and keys that `createPersonalizer` is given. A data block: no policy keeps it from standing there.
 */
import { Parser } from 'htmlparser2'
import { utf8 } from '../core/bytes.ts'
import { NearsideError } from '../core/error.ts'
import { type LatestModel, parseLatest } from '../core/model/manifest.ts'
import { createReaders, type Read, readJson } from '../core/reading.ts'
import { type ModelKeys, readModelKeys } from '../device/learning/release.ts'
import { PERSISTS, type Persist } from '../device/persists.ts'

/** The element's id. */
const ID = 'nearside-options'

export interface PageOptions {
  /** Addresses as `createPersonalizer` takes them, `worker` among them: it makes one of that file. */
  readonly catalog: string
  readonly baseModel: string
  readonly worker?: string
  readonly rules?: string
  /** Address of the vault's `vault.html`, in place of `worker`. */
  readonly vault?: string
  readonly latest?: LatestModel
  readonly modelKeys?: ModelKeys
  readonly federation?: {
    readonly leader: string
    readonly helper: string
    readonly relay?: string
  }
  /** Address of an item's page, with `{id}` in it; absent: as the catalog says. */
  readonly link?: string
  /** As `createPersonalizer` has it; absent: `ask`. */
  readonly persist?: Persist
  /** Whose answer is the shopper's to `ask`; absent: the page's own, by `nearside.setPersist`. */
  readonly consent?: ConsentPlatform
}

export { PERSISTS }

/** Google's Consent Mode, or a platform of IAB Europe's framework. */
export const CONSENT_PLATFORMS = ['consent-mode', 'tcf'] as const
export type ConsentPlatform = (typeof CONSENT_PLATFORMS)[number]

const refuse = (what: string) =>
  new NearsideError('input-invalid', `#${ID} of the page: ${what} is missing or malformed`)
const { object, oneOf, optional, text } = createReaders(refuse)
const address = text(/^\S+$/)
const latest: Read<LatestModel> = (value) => parseLatest(value)
const modelKeys: Read<ModelKeys> = (value) => readModelKeys(value)
const read = object<PageOptions>({
  catalog: address,
  baseModel: address,
  worker: optional(address),
  rules: optional(address),
  vault: optional(address),
  latest: optional(latest),
  modelKeys: optional(modelKeys),
  federation: optional(object({ leader: address, helper: address, relay: optional(address) })),
  link: optional(address),
  persist: optional(oneOf(...PERSISTS)),
  consent: optional(oneOf(...CONSENT_PLATFORMS)),
})

/** "<" can't end the block early when it is written as an escape. */
export function pageOptionsTag(options: PageOptions): string {
  const json = JSON.stringify(options).replaceAll('<', '\\u003c')
  return `<script type="application/json" id="${ID}">${json}</script>`
}

/**
 * Null where the page has no such element.
 * @throws NearsideError `input-invalid`, `model-corrupt` for what can't be meant
 */
export function readPageOptions(html: string): PageOptions | null {
  return parsePageOptions(scanPage(html).options)
}

/** The same of the element's text. */
export function parsePageOptions(found: string | null): PageOptions | null {
  return found === null
    ? null
    : read(readJson(utf8(found), 'input-invalid', `#${ID} of the page`), '')
}

/** Deeper is no page, and takes a parser for ever. */
const DEEPEST = 10_000

/**
 * What a page says beside what it shows: the text of the first such element, and its own policies. Read
 * without a tree.
 * @throws NearsideError `input-invalid` where it is nested too deeply
 */
export function scanPage(html: string): {
  readonly options: string | null
  readonly policies: readonly string[]
} {
  const policies: string[] = []
  let options: string | null = null
  let inside = false
  let depth = 0
  const parser = new Parser({
    onopentag(name, { id, content, 'http-equiv': header }) {
      if (++depth > DEEPEST)
        throw new NearsideError('input-invalid', `The page is nested more than ${DEEPEST} deep`)
      inside = name === 'script' && id === ID && options === null
      if (inside) options = ''
      if (name === 'meta' && /^content-security-policy$/i.test(header ?? '') && content)
        policies.push(content)
    },
    ontext(text) {
      if (inside) options += text
    },
    onclosetag() {
      depth--
      inside = false
    },
  })
  parser.end(html)
  return { options, policies }
}
