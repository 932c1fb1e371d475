/**
 * @module Names in the built document the hash of each script that it may run, those that others import among
 * them, so that a browser runs these bytes and no others. A worker's own imports no document can name.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

export const hashOf = (bytes: Buffer | string) =>
  `sha256-${createHash('sha256').update(bytes).digest('base64')}`

const TAG = /<(?:script|link)\b[^>]*?\b(?:src|href)="(?:\.?\/)(assets\/[^"]+\.(?:js|css))"/g
const IMPORT_MAP = /<script type="importmap">(.*?)<\/script>/s

/** The hash by which a policy lets the document's import map through; null for a document without one. */
export function importMapHash(html: string): string | null {
  const [, map = null] = IMPORT_MAP.exec(html) ?? []
  return map === null ? null : hashOf(map)
}

export const withoutImportMap = (html: string) => html.replace(IMPORT_MAP, '')

/** @param document name of the one that is built */
export function integrity(document: string): Plugin {
  return {
    name: 'integrity',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      const hash = (file: string) => hashOf(readFileSync(join(dir, file)))
      const page = join(dir, document)
      const html = readFileSync(page, 'utf8').replace(
        TAG,
        (tag, file) => `${tag} integrity="${hash(file)}"`,
      )
      const scripts = Object.values(bundle)
        .filter(({ type }) => type === 'chunk')
        .map(({ fileName }) => fileName)
        .sort()
      const map = Object.fromEntries(scripts.map((file) => [`/${file}`, hash(file)]))
      const text = `<script type="importmap">${JSON.stringify({ integrity: map })}</script>`
      // Of one script, its tag says all.
      writeFileSync(page, scripts.length > 1 ? html.replace('<head>', `<head>${text}`) : html)
    },
  }
}
