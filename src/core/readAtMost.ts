/** @module Reads a response up to a maximum length, since a hostile response might never end. */
import { type Bytes, joined } from './bytes.ts'

/**
 * @param heard called for each part that arrives
 * @throws Error once the unpacked or announced length exceeds `most`
 */
export async function readAtMost(
  response: Response,
  most: number,
  heard?: (part: Uint8Array) => void,
): Promise<Bytes> {
  const reader = response.body?.getReader()
  if (!reader) return new Uint8Array(0)
  const chunks: Uint8Array[] = []
  let length = Number(response.headers.get('content-length') ?? 0)
  for (let read = 0; ; ) {
    if (length > most) {
      await reader.cancel().catch(() => undefined)
      throw new Error('the answer is too large')
    }
    const { done, value } = await reader.read()
    if (done) return joined(chunks)
    heard?.(value)
    chunks.push(value)
    read += value.length
    length = Math.max(length, read)
  }
}
