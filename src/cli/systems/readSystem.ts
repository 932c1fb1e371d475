/** @module Shop systems whose API `import` and `sync` read. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { invalidInput } from '@nearside/core/error.ts'
import { refusal, type ShopApi, TOKEN } from './ask.ts'
import type { Fetching } from './fetchWhole.ts'
import * as medusa from './medusa.ts'
import * as shopify from './shopify.ts'
import * as vendure from './vendure.ts'
import * as woocommerce from './woocommerce.ts'

/** Reads rows of a shop system, whose column names the import's `layouts.ts` recognises. */
interface System {
  readonly products: (api: ShopApi) => AsyncIterable<object>
  readonly orders: (api: ShopApi) => AsyncIterable<object>
}

export type SystemName = 'medusa' | 'shopify' | 'vendure' | 'woocommerce'
const SYSTEMS: Readonly<Record<SystemName, System>> = { medusa, shopify, vendure, woocommerce }
export const SYSTEM_NAMES = Object.keys(SYSTEMS) as SystemName[]

/**
 * Writes the shop's products or orders (`what`) into a file of JSON lines in `folder`, and returns its path. The API's
 * secret comes from the environment.
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
  const { signal } = fetching
  const api: ShopApi = {
    ...{ ...fetching, url, token: process.env[TOKEN] || undefined, now: Date.now },
    wait: (milliseconds) => setTimeout(milliseconds, undefined, { signal }).catch(() => undefined),
  }
  const path = join(folder, `${name}-${what}.jsonl`)
  const file = createWriteStream(path)
  const written = finished(file)
  // A full disk can make the stream fail before `written` is awaited below; without this line, the process would end.
  written.catch(() => undefined)
  let rows = 0
  try {
    for await (const row of SYSTEMS[name][what](api)) {
      rows++
      if (!file.write(`${JSON.stringify(row)}\n`))
        await Promise.race([once(file, 'drain'), written])
    }
  } finally {
    file.end()
    await written
  }
  if (rows === 0) throw refusal(url, `lists no ${what}: check the address and its channel`)
  return path
}
