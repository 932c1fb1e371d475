/** @module Type-checks the README's example against the sources, and runs it. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderToString } from 'react-dom/server'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** The README's example: statements with imports, and the elements that it renders. */
const [, statements, elements] =
  /^```tsx\n(import [\s\S]*?)^(<PersonalizationProvider[\s\S]*?)^```/m.exec(
    readFileSync(join(ROOT, 'README.md'), 'utf8'),
  ) ?? []

/** The shop's products, which the README's example uses without declaring them. */
const ITEMS = [{ id: 'SKU_1', title: 'Cake tin', price: 4.95 }]
const page = (
  imports: string,
) => `const items: readonly import('${join(ROOT, 'src/index.ts')}').Item[] = ${JSON.stringify(ITEMS)}
${imports}
export const page = (${elements})
export { personalizer }
`

let folder = ''
beforeAll(() => {
  mkdirSync(join(ROOT, 'var'), { recursive: true })
  folder = mkdtempSync(join(ROOT, 'var/readme-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('README has at most 700 words', () => {
  const words = readFileSync(join(ROOT, 'README.md'), 'utf8').split(/\s+/).filter(Boolean)
  expect(words.length).toBeLessThanOrEqual(700)
})

test('README’s example has about ten lines of code', () => {
  const lines = `${statements}${elements}`.split('\n').filter((line) => line.trim() !== '')
  expect(lines.length).toBeGreaterThan(8)
  expect(lines.length).toBeLessThan(16)
})

test('README’s example type-checks against the package', () => {
  writeFileSync(join(folder, 'typed.tsx'), page(statements))
  const entry = (name: string) => [join(ROOT, `src/${name}.ts`)]
  const paths = { nearside: entry('index'), 'nearside/react': entry('react') }
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: { paths },
    include: ['typed.tsx'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const check = () =>
    execFileSync(process.execPath, [tsc, '-p', folder, '--noEmit'], { encoding: 'utf8' })
  expect(check()).toBe('')
  // A wrong option must fail, which shows that the check can fail.
  writeFileSync(join(folder, 'typed.tsx'), page(statements.replace('baseModel:', 'base:')))
  expect(check).toThrow()
})

test('README’s example runs: options are accepted, an event captured, a list rendered', async () => {
  // Worker and network need a browser, so they are stubbed; options are checked by the real code.
  const stub = `
    import { createFakePersonalizer } from '${join(ROOT, 'src/ui/react/testPersonalizer.ts')}'
    import { readOptions } from '${join(ROOT, 'src/browser/page/readOptions.ts')}'
    export async function createPersonalizer(options) {
      readOptions(options)
      return createFakePersonalizer(${JSON.stringify(ITEMS)})
    }`
  writeFileSync(join(folder, 'personalizer.ts'), stub)
  const imports = statements
    .replace("'nearside'", "'./personalizer.ts'")
    .replace("'nearside/react'", `'${join(ROOT, 'src/react.ts')}'`)
    .replace("import 'nearside/styles.css'", '')
  writeFileSync(join(folder, 'run.tsx'), page(imports))
  Object.assign(globalThis, { document: { baseURI: 'https://shop.test/' } })
  const run = await import(/* @vite-ignore */ join(folder, 'run.tsx')).finally(() =>
    Reflect.deleteProperty(globalThis, 'document'),
  )
  expect(run.personalizer.captured).toEqual([{ name: 'view_item', item_id: 'SKU_1' }])
  expect(renderToString(run.page)).toContain('For you')
})
