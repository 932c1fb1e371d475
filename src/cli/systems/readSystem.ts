/** @module Shop systems whose API `import` and `sync` read. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { NearsideError } from '@nearside/core/error.ts'
import { placeOf, type ShopApi } from './graphql.ts'
import * as vendure from './vendure.ts'

/** A system's rows, in columns that `layouts.ts` of the import recognises. */
interface System {
  readonly products: (api: ShopApi) => AsyncIterable<object>
  readonly orders: (api: ShopApi) => AsyncIterable<object>
}

export type SystemName = 'vendure'
const SYSTEMS: Readonly<Record<SystemName, System>> = { vendure }
export const SYSTEM_NAMES = Object.keys(SYSTEMS) as SystemName[]

/** Hosts that may get a secret unencrypted: this machine, and names without a dot, such as a container's. */
const LOCAL = /^([^.:]+|127(\.\d+){3}|\[::1\])$/

/**
 * Writes the rows into a file of JSON lines in `folder`, and returns its path.
 * @throws NearsideError `input-invalid`
 */
export async function readSystem(
  name: SystemName,
  what: keyof System,
  api: ShopApi,
  folder: string,
): Promise<string> {
  const { protocol, hostname } = new URL(api.url)
  if (what === 'orders' && protocol !== 'https:' && !LOCAL.test(hostname))
    throw new NearsideError(
      'input-invalid',
      `${placeOf(api.url)}: use https://, because the token must not travel unencrypted`,
    )
  const path = join(folder, `${name}-${what}.jsonl`)
  const file = createWriteStream(path)
  let rows = 0
  try {
    for await (const row of SYSTEMS[name][what](api)) {
      rows++
      if (!file.write(`${JSON.stringify(row)}\n`)) await once(file, 'drain')
    }
  } finally {
    file.end()
    await finished(file)
  }
  if (rows === 0)
    throw new NearsideError(
      'input-invalid',
      `${placeOf(api.url)}: lists no ${what}: check the channel`,
    )
  return path
}

/** Calls `use` with a temporary folder, and deletes the folder afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'nearside-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
