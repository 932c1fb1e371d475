/**
 * @module `npm run wat`: compiles each `.wat` file of this repository (WebAssembly as text) to a TypeScript file beside
 * it with the bytes as base64. Both files are committed, so neither a build nor a shop needs a compiler.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const COMPILER = join(ROOT, 'node_modules/wabt/bin/wat2wasm')

export function watFiles(): readonly string[] {
  const listing = ['ls-files', '--cached', '--others', '--exclude-standard', '*.wat']
  const found = execFileSync('git', listing, { cwd: ROOT, encoding: 'utf8' })
  return found.split('\n').filter(Boolean)
}

/** Path of the TypeScript file that belongs to a `.wat` file. */
export const compiledFile = (file: string): string => join(ROOT, file.replace(/\.wat$/, '.wasm.ts'))

/**
 * Text of the TypeScript file that belongs to a `.wat` file.
 * @throws Error with line and column if the file is not valid WebAssembly
 */
export function compile(file: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'nearside-wat-'))
  try {
    // The compiler writes to a file, because it loses bytes on a pipe.
    const binary = join(folder, 'module.wasm')
    execFileSync(process.execPath, [COMPILER, join(ROOT, file), '--output', binary])
    return `// This file is compiled from ${basename(file)} by \`npm run wat\`; change ${basename(file)} instead.
export const ${basename(file, '.wat').toUpperCase()} =
  '${readFileSync(binary, 'base64')}'
`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const file of watFiles()) writeFileSync(compiledFile(file), compile(file))
}
