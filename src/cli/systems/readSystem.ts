/** @module Shop systems whose API `import` and `sync` read. */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { invalidInput } from '@nearside/core/error.ts'
import { waitUntil } from '../watch.ts'
import { refusal, type ShopApi, TOKEN } from './ask.ts'
import type { Fetching } from './fetchWhole.ts'
import * as medusa from './medusa.ts'
import * as shopify from './shopify.ts'
import * as vendure from './vendure.ts'
import * as woocommerce from './woocommerce.ts'

/** Readers of a shop system. The import's `layouts.ts` recognises the column names of their rows. */
interface System {
  readonly products: (api: ShopApi) => AsyncIterable<object>
  readonly orders: (api: ShopApi) => AsyncIterable<object>
}

export type SystemName = 'medusa' | 'shopify' | 'vendure' | 'woocommerce'
const SYSTEMS: Readonly<Record<SystemName, System>> = { medusa, shopify, vendure, woocommerce }
export const SYSTEM_NAMES = Object.keys(SYSTEMS) as SystemName[]

/**
 * Writes the shop's products or orders (`what`) into a file of JSON lines in `folder`, and returns its path.
 * @throws NearsideError `input-invalid` if the address is malformed or the API refuses a request, `aborted` if the
 *   signal aborts
 */
export async function readSystem(
  name: SystemName,
  what: keyof System,
  { url, ...fetching }: Fetching & { readonly url: string },
  folder: string,
): Promise<string> {
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw invalidInput(`--from needs addresses such as https://shop.example, not ${url}`)
  const api: ShopApi = {
    ...{ ...fetching, url, token: process.env[TOKEN] || undefined, now: Date.now },
    wait: waitUntil(fetching.signal),
  }
  const path = join(folder, `${name}-${what}.jsonl`)
  let rows = 0
  async function* lines() {
    for await (const row of SYSTEMS[name][what](api)) {
      rows++
      yield `${JSON.stringify(row)}\n`
    }
  }
  await pipeline(lines, createWriteStream(path))
  if (rows === 0) throw refusal(url, `lists no ${what}: check the address and its channel`)
  return path
}
