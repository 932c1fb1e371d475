/** @module A file's bytes as a browser takes them: compressed once, not for every visitor. */
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const COMPRESSED = new Set(['.safetensors', '.html', '.js', '.css', '.json', '.svg', '.wasm'])

const ENCODERS = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
} as const

type Encoding = keyof typeof ENCODERS | 'identity'

/** Best first, of what the request's `accept-encoding` names. */
export function encodingFor(file: string, accepted = ''): Encoding {
  if (!COMPRESSED.has(extname(file))) return 'identity'
  const names = accepted.split(',').map((part) => part.split(';')[0].trim())
  return names.includes('br') ? 'br' : names.includes('gzip') ? 'gzip' : 'identity'
}

/** Bytes kept by encoding and file; another tag means that the file has changed. */
export function createEncoded(): (
  file: string,
  tag: string,
  encoding: Encoding,
) => Promise<Buffer> {
  const kept = new Map<string, { readonly tag: string; readonly bytes: Promise<Buffer> }>()
  return (file, tag, encoding) => {
    if (encoding === 'identity') return readFile(file)
    const key = `${encoding} ${file}`
    const known = kept.get(key)
    if (known?.tag === tag) return known.bytes
    const bytes = readFile(file).then(ENCODERS[encoding])
    kept.set(key, { tag, bytes })
    bytes.catch(() => kept.delete(key))
    return bytes
  }
}
