/**
 * @module What a page says of its shop in one element, which its script reads and `doctor` finds: the
 * addresses and keys that `createPersonalizer` is given. A data block: no policy keeps it from standing there.
 */
import { parseHTML } from 'linkedom'
import { utf8 } from '../core/bytes.ts'
import { NearsideError } from '../core/error.ts'
import { type LatestModel, parseLatest } from '../core/model/manifest.ts'
import { createReaders, type Read, readJson } from '../core/reading.ts'
import { type ModelKeys, readModelKeys } from '../device/learning/release.ts'

/** The element's id. */
const ID = 'nearside-options'

export interface PageOptions {
  /** Addresses as `createPersonalizer` takes them, `worker` among them: it makes one of that file. */
  readonly catalog: string
  readonly baseModel: string
  readonly worker?: string
  readonly rules?: string
  readonly latest?: LatestModel
  readonly modelKeys?: ModelKeys
  readonly federation?: { readonly leader: string; readonly helper: string }
  /** Address of an item's page, with `{id}` in it. */
  readonly link?: string
}

const refuse = (what: string) =>
  new NearsideError('input-invalid', `#${ID} of the page: ${what} is missing or malformed`)
const { object, optional, text } = createReaders(refuse)
const address = text(/^\S+$/)
const latest: Read<LatestModel> = (value) => parseLatest(value)
const modelKeys: Read<ModelKeys> = (value) => readModelKeys(value)
const read = object<PageOptions>({
  catalog: address,
  baseModel: address,
  worker: optional(address),
  rules: optional(address),
  latest: optional(latest),
  modelKeys: optional(modelKeys),
  federation: optional(object({ leader: address, helper: address })),
  link: optional(address),
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
  const found = parseHTML(html).document.getElementById(ID)
  if (!found) return null
  return read(readJson(utf8(found.textContent ?? ''), 'input-invalid', `#${ID} of the page`), '')
}
