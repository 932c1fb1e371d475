/**
 * @module Options of `createPersonalizer` in an element of the page, which the page's script and `doctor` read. The
 * element is a data block, which no Content-Security-Policy blocks.
 */
import { type ModelKeys, readModelKeys } from '@nearside/browser/learning/release.ts'
import { PERSISTS, type Persist } from '@nearside/browser/persists.ts'
import { utf8 } from '@nearside/core/bytes.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { type LatestModel, parseLatest } from '@nearside/core/model/manifest.ts'
import { createReaders, type Read, readJson } from '@nearside/core/reading.ts'
import { Parser } from 'htmlparser2'

/** Id of the page's element with the options. */
const ID = 'nearside-options'

export interface PageOptions {
  /** URLs as `createPersonalizer` takes them. `worker` is the URL of the worker's file. */
  readonly catalog: string
  readonly baseModel: string
  readonly worker?: string
  readonly rules?: string
  readonly live?: string
  /** URL of `vault.html`, a frame on another origin that stores the shopper's data; replaces `worker`. */
  readonly vault?: string
  readonly latest?: LatestModel
  readonly modelKeys?: ModelKeys
  readonly federation?: {
    readonly leader: string
    readonly helper: string
    readonly relay?: string
  }
  /** URL of an item's page, with `{id}` in it; absent: the catalog's URLs. */
  readonly link?: string
  /** `persist` of `createPersonalizer`; absent: `ask`. */
  readonly persist?: Persist
  /** Consent platform that answers `persist: 'ask'`; absent: the page calls `nearside.setPersist`. */
  readonly consent?: ConsentPlatform
}

/** Supported consent platforms: Google's Consent Mode, and platforms of IAB Europe's framework. */
export const CONSENT_PLATFORMS = ['consent-mode', 'tcf'] as const
export type ConsentPlatform = (typeof CONSENT_PLATFORMS)[number]

const refuse = (what: string) => invalidInput(`#${ID} of the page: ${what} is missing or malformed`)
const { object, oneOf, optional, text } = createReaders(refuse)
const address = text(/^\S+$/)
const latest: Read<LatestModel> = (value) => parseLatest(value)
const modelKeys: Read<ModelKeys> = (value) => readModelKeys(value)
const read = object<PageOptions>({
  catalog: address,
  baseModel: address,
  worker: optional(address),
  rules: optional(address),
  live: optional(address),
  vault: optional(address),
  latest: optional(latest),
  modelKeys: optional(modelKeys),
  federation: optional(object({ leader: address, helper: address, relay: optional(address) })),
  link: optional(address),
  persist: optional(oneOf(...PERSISTS)),
  consent: optional(oneOf(...CONSENT_PLATFORMS)),
})

/** Writes the element. `<` is escaped, because `</script` in an option would end the element. */
export function pageOptionsTag(options: PageOptions): string {
  const json = JSON.stringify(options).replaceAll('<', '\\u003c')
  return `<script type="application/json" id="${ID}">${json}</script>`
}

/**
 * Reads the options of a page; null if the page lacks the element.
 * @throws NearsideError `input-invalid`, `model-corrupt` for invalid options
 */
export function readPageOptions(html: string): PageOptions | null {
  return parsePageOptions(scanPage(html).options)
}

export function parsePageOptions(found: string | null): PageOptions | null {
  return found === null
    ? null
    : read(readJson(utf8(found), 'input-invalid', `#${ID} of the page`), '')
}

/** Maximum nesting of a page's elements, above any real page's; deeper nesting would take the parser too long. */
const DEEPEST = 10_000

/**
 * Finds the text of the first options element, and the policies in `<meta>`.
 * @throws NearsideError `input-invalid` if the page is nested too deeply
 */
export function scanPage(html: string) {
  const policies: string[] = []
  let options = null as string | null
  let inside = false
  let depth = 0
  const parser = new Parser({
    onopentag(name, { id, content, 'http-equiv': header }) {
      if (++depth > DEEPEST) throw invalidInput(`The page is nested more than ${DEEPEST} deep`)
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
