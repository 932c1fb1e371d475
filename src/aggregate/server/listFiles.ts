/**
 * @module Files with the helper's signed list of a round's reports. Each file is written once, after the round ended,
 * and then only streamed. Few streams run at once, and a stream that is read too slowly is cut off.
 */
import { existsSync } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { utf8 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { serially } from '@nearside/core/serially.ts'
import { nodeDisk } from '@nearside/train/models/disk.ts'

const MOST_STREAMS = 8
const MOST_OF_ONE_ADDRESS = 2
/** Minimum average number of bytes per second since a stream's start; a client that reads slower is cut off. */
const LEAST_RATE = 2 ** 14
/** Milliseconds after a stream's start in which it never counts as too slow. */
const GRACE = 10_000
/** Milliseconds between two checks of a stream's speed. */
const CHECK = 1000

interface ListFilesOptions {
  /** Directory of the files; created if missing. */
  readonly directory: string
  /** End of a round in milliseconds since the epoch; null for a round without a list. */
  readonly endedAt: (round: number) => Promise<number | null>
  readonly make: (round: number) => Promise<object>
}

/** @throws (all methods) NearsideError `storage-unavailable` if the disk is full */
export function createListFiles({ directory, endedAt, make }: ListFilesOptions) {
  const next = serially()
  /** Client addresses, one entry per open stream. */
  const streams: string[] = []

  const pathOf = (round: number, ended: number) => join(directory, `${round}-${ended}.json`)

  async function write(path: string, round: number): Promise<void> {
    const draft = `${path}.draft`
    try {
      const list = utf8(JSON.stringify(await make(round)))
      await nodeDisk.makeFolder(directory, 0o700)
      // The file is flushed before it is renamed: after a power cut, a file with the final name must be complete.
      await nodeDisk.write(draft, list, 0o600)
      await rename(draft, path)
    } catch (thrown) {
      await rm(draft, { force: true }).catch(() => {})
      throw NearsideError.from(thrown, 'storage-unavailable', `The list of round ${round} failed`)
    }
  }

  /** Deletes files that aren't a list of one of this database's rounds, e.g. a draft, or an earlier database's list. */
  async function sweep(): Promise<void> {
    for (const name of await nodeDisk.list(directory)) {
      const round = Number.parseInt(name, 10)
      const ended = await endedAt(round)
      if (ended === null || join(directory, name) !== pathOf(round, ended))
        await rm(join(directory, name), { force: true })
    }
  }

  /** Makes the file if it's missing. @throws NearsideError `input-invalid` for a round without a list */
  async function prepare(round: number): Promise<string> {
    const ended = await endedAt(round)
    if (ended === null)
      throw new NearsideError('input-invalid', `Round ${round} has no list: it is open or unknown`)
    const path = pathOf(round, ended)
    if (existsSync(path)) return path
    // One write at a time: callers who ask meanwhile wait for the same file.
    await next(async () => {
      if (existsSync(path)) return
      await write(path, round)
      // Stale files cost only space, so the reader still gets the list. The sweep at the start logs its failure.
      await sweep().catch(() => {})
    })
    return path
  }

  return {
    prepare,
    sweep: () => next(sweep),
    /**
     * @param address client's address; all its streams are counted together
     * @throws NearsideError `input-invalid` for a round without a list; `aggregator-unreachable` if too many streams
     * are open
     */
    async open(round: number, address: string) {
      const ofThis = streams.filter((one) => one === address).length
      if (streams.length >= MOST_STREAMS || ofThis >= MOST_OF_ONE_ADDRESS)
        throw new NearsideError('aggregator-unreachable', 'Too many readers: try again later')
      streams.push(address)
      const end = () => void streams.splice(streams.indexOf(address), 1)
      try {
        const path = await prepare(round)
        const { size: bytes } = await stat(path)
        const stream = (await open(path)).createReadStream()
        const started = performance.now()
        const watch = setInterval(() => {
          const taken = performance.now() - started
          if (taken > GRACE && stream.bytesRead < (taken / 1000) * LEAST_RATE)
            stream.destroy(new Error('read too slowly'))
        }, CHECK).unref()
        stream.once('close', () => {
          clearInterval(watch)
          end()
        })
        return { bytes, body: Readable.toWeb(stream) as ReadableStream<Uint8Array> }
      } catch (thrown) {
        end()
        throw thrown
      }
    },
  }
}
