/**
 * @module Adds to the built document the hash of each script that the document may run, including imported scripts.
 * With these hashes, the browser runs exactly these bytes. A document can't name the scripts that a worker imports.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

export const hashOf = (bytes: Buffer | string) =>
  `sha256-${createHash('sha256').update(bytes).digest('base64')}`

const TAG = /<(?:script|link)\b[^>]*?\b(?:src|href)="(?:\.?\/)(assets\/[^"]+\.(?:js|css))"/g
const IMPORT_MAP = /<script type="importmap">(.*?)<\/script>/s

/** Hash of the document's import map, for the Content-Security-Policy that allows it; null: there is no import map. */
export function importMapHash(html: string): string | null {
  const [, map = null] = IMPORT_MAP.exec(html) ?? []
  return map === null ? null : hashOf(map)
}

export const withoutImportMap = (html: string) => html.replace(IMPORT_MAP, '')

/** @param document file name of the built document */
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
      // If there is only one script, the hash in its tag is enough.
      writeFileSync(page, scripts.length > 1 ? html.replace('<head>', `<head>${text}`) : html)
    },
  }
}

/**
 * Experimental: a site's manifest for Firefox's prototype of WAICT (web application integrity, consistency and
 * transparency). The manifest also names the scripts of workers, which no document can name. In `report` mode the
 * manifest blocks nothing, and the manifest names no server that gets reports. The manifest has no proof of a
 * transparency log, because the draft leaves the form of that proof open.
 *
 * @param served gives the text of a file as the server sends it @see https://github.com/waict-wg
 */
export function waict(root: string, served: (path: string) => string) {
  const assets = join(root, 'assets')
  const names = existsSync(assets) ? readdirSync(assets).filter((name) => name.endsWith('.js')) : []
  const paths = ['sw.js', ...names.sort().map((name) => `assets/${name}`)]
  const there = paths.filter((path) => existsSync(join(root, path)))
  const hash = (text: string) => hashOf(text).slice('sha256-'.length)
  const text = JSON.stringify({
    hashes: Object.fromEntries(there.map((path) => [`/${path}`, hash(served(path))])),
  })
  const path = `/assets/waict-${Buffer.from(hash(text), 'base64').toString('base64url').slice(0, 22)}.json`
  const policy = `max-age=0, mode=report, blocked-destinations=(script), manifest="${path}"`
  return { path, text, policy }
}
