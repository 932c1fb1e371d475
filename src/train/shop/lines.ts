/** @module Reads text files, plain or gzip, as a stream; errors name the file. */
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { createGunzip } from 'node:zlib'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

interface ReadOptions {
  readonly encoding?: Encoding
  /** Called with the number of bytes read of the file on disk (compressed, if it is gzip). */
  readonly onProgress?: (done: number, total: number) => void
}

/** First four bytes of a file as Latin-1 text, which identify a binary format. */
export async function firstBytes(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('latin1')
  } finally {
    await file.close()
  }
}

/**
 * Yields decoded pieces of any length, without the byte order mark.
 * @throws NearsideError `input-invalid` for a missing, damaged or wrongly encoded file
 */
export async function* readText(
  path: string,
  { encoding = 'utf-8', onProgress }: ReadOptions = {},
): AsyncGenerator<string, void> {
  const decoder =
    encoding === 'windows-1252' ? new LineDecoder() : new TextDecoder(encoding, { fatal: true })
  try {
    const { size } = await stat(path)
    const { file, stream } = await openBytes(path)
    for await (const chunk of stream) {
      const text = decoder.decode(chunk as Buffer, { stream: true })
      onProgress?.(file.bytesRead, size)
      if (text !== '') yield text
    }
    const rest = decoder.decode()
    if (rest !== '') yield rest
  } catch (error) {
    throw fileError(path, error)
  }
}

/** Number of bytes beyond which a line is decoded in parts. */
const LONG_LINE = 1 << 20

/** Decodes each line as UTF-8 if it is valid, else as Windows-1252, because files joined from exports mix encodings. */
class LineDecoder {
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  readonly #windows = new TextDecoder('windows-1252')
  #rest = Buffer.alloc(0)

  decode(chunk: Buffer = Buffer.alloc(0), { stream = false } = {}): string {
    const bytes = Buffer.concat([this.#rest, chunk])
    const whole = stream && bytes.length < LONG_LINE ? bytes.lastIndexOf(10) + 1 : bytes.length
    this.#rest = bytes.subarray(whole)
    const lines: string[] = []
    for (let from = 0, to: number; from < whole; from = to) {
      const end = bytes.indexOf(10, from) + 1
      to = end > 0 && end <= whole ? end : whole
      lines.push(this.#lineOf(bytes.subarray(from, to)))
    }
    return lines.join('')
  }

  #lineOf(bytes: Buffer): string {
    try {
      return this.#utf8.decode(bytes)
    } catch {
      // Without `stream`, Node 20 decodes Latin-1, which has no euro sign.
      return this.#windows.decode(bytes, { stream: true })
    }
  }
}

/**
 * Detects the encoding by the byte order mark; else UTF-8 if the whole file is valid UTF-8; else Windows-1252, the
 * encoding of old spreadsheets.
 * @throws NearsideError `input-invalid` for a missing or damaged file
 */
export async function detectEncoding(path: string): Promise<Encoding> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    let first = true
    for await (const chunk of (await openBytes(path)).stream) {
      const bytes = chunk as Buffer
      if (first && bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
      if (first && bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
      first = false
      decoder.decode(bytes, { stream: true })
    }
    decoder.decode()
    return 'utf-8'
  } catch (error) {
    if (error instanceof TypeError) return 'windows-1252'
    throw fileError(path, error)
  }
}

async function openBytes(path: string) {
  // The name doesn't tell whether the file is gzip: a browser may have unpacked the file and kept its name.
  const isGzip = (await firstBytes(path)).startsWith('\u001f\u008b')
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  if (!isGzip) return { file, stream: file }
  // `pipe` doesn't forward the file's errors. An error of `gunzip` is thrown in the loop that reads it.
  const gunzip = createGunzip({ chunkSize: 1 << 18 })
  file.on('error', (error) => gunzip.destroy(error)).pipe(gunzip)
  return { file, stream: gunzip }
}

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder, not a file',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
  Z_BUF_ERROR: 'the gzip data ends too early',
}

function fileError(path: string, error: unknown): NearsideError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const reason = FAULTS[code] ?? (code.startsWith('Z_') ? 'the gzip data is damaged' : '')
  if (reason !== '') return invalidInput(`${basename(path)}: ${reason}`, error)
  return NearsideError.from(error, 'input-invalid', `${basename(path)} cannot be read`)
}

/** Yields lines in batches, because a generator step for each line would cost more than parsing it. */
export async function* readLines(
  path: string,
  options: ReadOptions = {},
): AsyncGenerator<string[], void> {
  let rest = ''
  for await (const text of readText(path, options)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    if (lines.length > 0) yield lines.map(withoutReturn)
  }
  if (rest !== '') yield [withoutReturn(rest)]
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

/** Returns the path itself or the path with `.gz`, whichever exists. */
export async function findFile(path: string): Promise<string | undefined> {
  for (const candidate of [path, `${path}.gz`])
    if (await stat(candidate).catch(() => null)) return candidate
  return undefined
}
