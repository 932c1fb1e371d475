import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import * as main from '../src/index.ts'
import { type Api, generateApi } from './apiDocs.ts'
import { readDeclarations } from './declarations.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

describe('docs/API.md', () => {
  let api: Api
  beforeAll(() => {
    api = generateApi()
  }, 120_000)

  test('docs/API.md has a section for each entry point of the package', () => {
    const headings = [...api.markdown.matchAll(/^## `(nearside[\w/-]*)`$/gm)].map(
      ([, name]) => name,
    )
    const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>
    }
    const entries = Object.keys(exports).filter((name) => !/\.(css|json)$/.test(name))
    expect(headings.sort()).toEqual(entries.map((name) => name.replace('.', 'nearside')).sort())
  })

  test('docs/API.md lists every name that the main entry exports at run time, and types such as Item', () => {
    const listed = [...api.markdown.matchAll(/^### `(\w+)`$/gm)].map(([, name]) => name)
    expect(listed).toEqual(expect.arrayContaining([...Object.keys(main), 'Item', 'Personalizer']))
  })

  test('docs/API.md describes every name and member', () => {
    expect(api.undocumented).toEqual([])
  })

  test('the package exports at most 120 names, and mentions at most 24 types that it does not export', () => {
    const [named, mentioned] = api.markdown.split('\n## Types without a name to import\n')
    const namesIn = (text: string) => text.match(/^### `/gm)?.length ?? 0
    expect(namesIn(named)).toBeGreaterThan(0)
    expect(namesIn(named)).toBeLessThanOrEqual(120)
    expect(namesIn(mentioned)).toBeLessThanOrEqual(24)
  })

  test('PersonalizerOptions and ListOptions together have at most 28 options', () => {
    const optionsOf = (name: string) => {
      const [, body = ''] =
        RegExp(`^interface ${name}\\b[^\n]*\n(.*?)^}`, 'ms').exec(api.markdown) ?? []
      return body.match(/^ {2}readonly \w+/gm) ?? []
    }
    const options = ['PersonalizerOptions', 'ListOptions'].map(optionsOf)
    for (const some of options) expect(some.length).toBeGreaterThan(9)
    expect(options.flat().length).toBeLessThanOrEqual(28)
  })

  test('the declarations behind docs/API.md import no package but React', () => {
    expect(api.packages).toEqual(['react'])
  })
})

test('generateApi follows names through files, and lists names without a docstring', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nearside-declarations-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = {
    'index.d.ts': "/** @module An entry. */\nexport { Shown as Seen, make } from './inner.ts';\n",
    'inner.d.ts': `import type { Hidden } from './hidden.ts';
/** A thing. */
interface Shown {
    /** Its size, in bytes. */
    readonly size: number;
    hidden(): Hidden;
}
export type { Shown };
/**
 * Makes one.
 * @param size in bytes
 * @throws RangeError below 0
 */
export declare function make(size: number): Shown;
`,
    'hidden.d.ts': 'export type Hidden = { readonly bare: 1 };\n',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const { entries, mentioned } = readDeclarations(folder, ['index'])
  const [{ doc, declared }] = entries
  expect(doc).toBe('An entry.')
  expect(declared.map(({ name }) => name)).toEqual(['Seen', 'make'])
  expect(declared[0].undocumented).toEqual(['Seen.hidden'])
  expect(declared[0].code).toContain('  /** Its size, in bytes. */\n  readonly size: number\n')
  expect(declared[1]).toMatchObject({
    doc: 'Makes one.\n\n- `size`: in bytes\n\nThrows RangeError below 0',
    code: 'function make(size: number): Shown',
    undocumented: [],
  })
  expect(mentioned).toMatchObject([{ name: 'Hidden', undocumented: ['Hidden', 'Hidden.bare'] }])
})
