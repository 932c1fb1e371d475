/** @module Translates imports of workspaces into paths: `@nearside/core/time.ts` is `src/core/time.ts`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** Path, from the repository's root, of a file imported by its workspace's name; null for other packages. */
export function pathInWorkspace(specifier: string): string | null {
  const [, name, rest] = /^@nearside\/([^/]+)\/(.+)$/.exec(specifier) ?? []
  if (!name) return null
  return `${name === 'research' ? name : `src/${name}`}/${rest}`
}

/**
 * Prepares the declarations that TypeScript wrote into `directory` for a package. Makes imports of other workspaces
 * relative. Removes imports of style sheets, which would not resolve; a shop loads `nearside/styles.css` itself.
 */
export function makeTypesWhole(directory: string): void {
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue
    const file = join(directory, name)
    const text = readFileSync(file, 'utf8')
    const whole = text
      .replace(/^import '[^']+\.css';\n/gm, '')
      .replace(/(['"])@nearside\/([^'"]+)\1/g, (_, quote: string, imported: string) => {
        const path = relative(dirname(name), imported)
        return `${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`
      })
      .replace(/((?:from|import\() ?['"]\.[^'"]+?)(?:\.(?:tsx?|js))?(?=['"])/g, '$1.js')
    if (whole !== text) writeFileSync(file, whole)
  }
}
