/**
 * @module The helper's signed list of a round's reports, as a file: made once, when the round has ended, and
 * only streamed from then on. Few streams run at once; one that is read too slowly is ended.
 */
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { NearsideError } from '../../core/error.ts'
import { serially } from '../../core/serially.ts'

const MOST_STREAMS = 8
const MOST_OF_ONE_ADDRESS = 2
/** Bytes a second that a stream has to be read by, from its start on average. */
const LEAST_RATE = 2 ** 14
/** Milliseconds before which no stream is too slow, and between two looks at it. */
const [GRACE, LOOK] = [10_000, 1000]

interface ListFilesOptions {
  /** Where the files are; made where it is missing. */
  readonly directory: string
  /** When a round ended, in milliseconds since the epoch; null where it has no list, or none any more. */
  readonly endedAt: (round: number) => Promise<number | null>
  /** The list of a round that has ended. */
  readonly make: (round: number) => Promise<object>
}

/** @throws (all methods) NearsideError `storage-unavailable` for a full disk */
export function createListFiles({ directory, endedAt, make }: ListFilesOptions) {
  const next = serially()
  /** One entry a stream. */
  const streams: string[] = []

  const pathOf = (round: number, ended: number) => join(directory, `${round}-${ended}.json`)

  const exists = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    )

  async function write(path: string, round: number): Promise<void> {
    const draft = `${path}.draft`
    try {
      const list = JSON.stringify(await make(round))
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const file = await open(draft, 'w', 0o600)
      try {
        await file.writeFile(list)
        // A name that a power cut leaves must stand for a whole file.
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    } catch (thrown) {
      await rm(draft, { force: true }).catch(() => {})
      throw NearsideError.from(thrown, 'storage-unavailable', `The list of round ${round} failed`)
    }
  }

  /** Deletes the files of rounds that have no list any more, of another database too. */
  async function sweep(): Promise<void> {
    for (const name of await readdir(directory).catch(() => [])) {
      const round = Number.parseInt(name, 10)
      const ended = await endedAt(round)
      if (ended === null || join(directory, name) !== pathOf(round, ended))
        await rm(join(directory, name), { force: true })
    }
  }

  /** Makes the file unless there is one. @throws NearsideError `input-invalid` for a round without a list */
  async function prepare(round: number): Promise<string> {
    const ended = await endedAt(round)
    if (ended === null)
      throw new NearsideError('input-invalid', `Round ${round} is open, or has no list here`)
    const path = pathOf(round, ended)
    if (await exists(path)) return path
    // One at a time: who asks meanwhile waits for the same file.
    await next(async () => {
      if (await exists(path)) return
      await write(path, round)
      await sweep()
    })
    return path
  }

  return {
    prepare,
    sweep: () => next(sweep),
    /**
     * @param address whose streams are counted together
     * @throws NearsideError `input-invalid` for a round without a list; `aggregator-unreachable` where
     * too many read one
     */
    async open(round: number, address: string) {
      const ofThis = streams.filter((one) => one === address).length
      if (streams.length >= MOST_STREAMS || ofThis >= MOST_OF_ONE_ADDRESS)
        throw new NearsideError('aggregator-unreachable', 'Too many read lists at once')
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
        }, LOOK).unref()
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
