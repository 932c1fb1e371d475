/** @module Writes a text as a gzip file; with the same zlib, the same text gives the same bytes. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

export interface WrittenFile {
  readonly name: string
  readonly bytes: number
  /** SHA-256 of the compressed file, lower-case hex. */
  readonly sha256: string
  /** SHA-256 of the text inside. Gzip bytes can differ between builds of zlib; the unpacked text can't. */
  readonly contentSha256: string
}

/** Writes `name.gz` into a folder. */
export async function packFile(
  directory: string,
  name: string,
  text: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
): Promise<WrittenFile> {
  const content = createHash('sha256')
  const packed = createHash('sha256')
  let bytes = 0
  await pipeline(
    Readable.from(text),
    async function* (pieces: AsyncIterable<string | Uint8Array>) {
      for await (const piece of pieces) {
        content.update(piece)
        yield piece
      }
    },
    createGzip({ level: 9 }),
    async function* (pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        if (bytes === 0) anonymise(piece)
        bytes += piece.length
        packed.update(piece)
        yield piece
      }
    },
    createWriteStream(join(directory, `${name}.gz`)),
  )
  const [sha256, contentSha256] = [packed.digest('hex'), content.digest('hex')]
  return { name: `${name}.gz`, bytes, sha256, contentSha256 }
}

/** Removes time and operating system from the gzip header, so that the file doesn't reveal where it was made. */
function anonymise(header: Buffer): void {
  header.fill(0, 4, 8)
  header[9] = 255
}
