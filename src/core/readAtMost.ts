/** @module An answer from elsewhere, of a length that the reader decides on: it may have no end. */
import { type Bytes, joined } from './bytes.ts'

/**
 * @param heard called whenever some of it came
 * @throws Error as soon as there are more than `most` bytes, unpacked or announced
 */
export async function readAtMost(
  response: Response,
  most: number,
  heard?: () => void,
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
    heard?.()
    chunks.push(value)
    read += value.length
    length = Math.max(length, read)
  }
}
