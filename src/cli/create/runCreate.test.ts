import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { testFolder } from '@nearside/core/testFolder.ts'
import { expect, it, test } from 'vitest'
import { commandsOf, FRAMEWORKS, type Framework } from './project.ts'
import { runCreate } from './runCreate.ts'

const EXAMPLES = join(import.meta.dirname, '../../../examples')

/** Creates a folder with a shop's files, and a command line that names them. */
function shop() {
  const folder = testFolder()
  const [catalog, orders, target] = ['my products.csv', 'orders.csv', 'shop'].map((one) =>
    join(folder, one),
  )
  writeFileSync(catalog, 'id,title\n')
  writeFileSync(orders, 'order\n')
  const given = ['--catalog', catalog, '--orders', orders, '--consent', 'no']
  return { folder, catalog, orders, target, given }
}

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name))
const sources = (folder: string) =>
  filesOf(folder)
    .filter((name) => /\.(js|tsx?|vue)$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')

it.each(Object.keys(FRAMEWORKS) as Framework[])(
  '%s: the project is the framework’s example with an additional script',
  async (name) => {
    const { target, given } = shop()
    const printed: string[] = []
    const args = [target, '--framework', name, ...given]
    expect(await runCreate(args, null, (line) => printed.push(line))).toBeNull()
    const { dependencies, devDependencies, scripts } = JSON.parse(
      readFileSync(join(target, 'package.json'), 'utf8'),
    )
    expect(dependencies.nearside).toBe(devDependencies['nearside-tools'])
    expect(scripts.shop).toMatch(/import --orders "\.\.\/orders\.csv" --catalog "\.\.\/my products/)
    expect(scripts).toMatchObject({ build: expect.any(String), start: expect.any(String) })
    const example = JSON.parse(readFileSync(join(EXAMPLES, name, 'package.json'), 'utf8'))
    expect(dependencies).toMatchObject(example.dependencies ?? {})
    const text = sources(target)
    expect(text).toMatch(/['"/]catalog\.json'/)
    expect(text).not.toContain('catalog/catalog.json')
    expect(text.match(/persist: 'always'/g)).toHaveLength(1)
    // The worker consists of several files, which Vite builds only in the format `es`.
    if (name.startsWith('v')) expect(text).toContain("worker: { format: 'es' }")
    expect(readFileSync(join(target, '.gitignore'), 'utf8')).toMatch(/^data$/m)
    expect(filesOf(target)).not.toContain('package-lock.json')
    for (const command of commandsOf(name)) expect(printed.join('\n')).toContain(`  ${command}`)
    expect(printed.join()).not.toContain('setPersist')

    // Without an answer about consent, the project's page asks its shoppers.
    const asking = shop()
    const flags = [...asking.given.slice(0, -2), '--immediate']
    const project = await runCreate([asking.target, '--framework', name, ...flags], null, (line) =>
      printed.push(line),
    )
    expect(project).toMatchObject({ folder: asking.target, framework: name })
    expect(sources(asking.target)).not.toContain('persist')
    expect(printed.at(-1)).toContain('setPersist')
  },
)

test('a person answers four questions; after a wrong answer the program repeats the question', async () => {
  const { catalog, target } = shop()
  const answers = ['', target, 'angular', 'vue', `${catalog}.gone`, catalog, '']
  const printed: string[] = []
  const asked = new Set<string>()
  const ask = async (question: string) => {
    asked.add(question)
    return answers.shift() ?? ''
  }
  // In a terminal the project is started unless the command line says otherwise.
  expect(await runCreate([], ask, (line) => printed.push(line), true)).toEqual({
    folder: target,
    framework: 'vue',
    catalog,
    orders: null,
    asks: true,
  })
  expect(answers).toEqual([])
  expect(asked.size).toBe(4)
  expect(printed).toHaveLength(4)
  const { scripts } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'))
  expect(scripts.shop).toMatch(/^nearside pretrain --catalog "[^"]+" --out data\/models && /)
})

test('in a terminal, too, --no-immediate keeps the new project from being started', async () => {
  const { target, given } = shop()
  const args = [target, '--framework', 'vue', '--no-immediate', ...given]
  expect(await runCreate(args, null, () => {}, true)).toBeNull()
  expect(existsSync(target)).toBe(true)
})

test('a folder behind a symbolic link: the script’s relative paths start at the real folder, where npm runs it', async () => {
  const { folder, catalog, given } = shop()
  mkdirSync(join(folder, 'far/away'), { recursive: true })
  symlinkSync(join(folder, 'far/away'), join(folder, 'near'), 'junction')
  const target = join(folder, 'near/shop')
  await runCreate([target, '--framework', 'vue', ...given], null, () => {})
  const { scripts } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'))
  const [, named = ''] = /--catalog "([^"]+)"/.exec(scripts.shop) ?? []
  expect(realpathSync(join(realpathSync(target), named))).toBe(realpathSync(catalog))
})

test('a folder that is not empty is refused, and stays as it is', async () => {
  const { target, given } = shop()
  mkdirSync(target)
  writeFileSync(join(target, 'mine.txt'), 'mine')
  const run = runCreate([target, '--framework', 'vue', ...given], null, () => {})
  await expect(run).rejects.toMatchObject({ code: 'input-invalid' })
  expect(readdirSync(target)).toEqual(['mine.txt'])
})

it.each<[string, readonly string[]]>([
  ['an unknown option', ['--frame', 'vue']],
  ['an unknown framework', ['--framework', 'toString']],
  ['a missing answer', []],
  ['a consent that is neither yes nor no', ['--framework', 'vue', '--consent', 'maybe']],
  ['two folders', ['--framework', 'vue', 'other']],
  ['a file that is missing', ['--framework', 'vue', '--orders', 'gone.csv']],
  ['a file name with shell syntax', ['--framework', 'vue', '--orders', '$(id).csv']],
])('%s: the program says so, and writes nothing', async (_, more) => {
  const { folder, target, given } = shop()
  writeFileSync(join(folder, '$(id).csv'), '')
  const last =
    more.at(-1) === '$(id).csv' ? [...more.slice(0, -1), join(folder, '$(id).csv')] : more
  await expect(runCreate([target, ...given, ...last], null, () => {})).rejects.toThrow()
  expect(existsSync(target)).toBe(false)
})

test('if nobody can answer, the program ends with exit code 1 and a one-line error', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const args = ['--import', 'tsx', main, join(testFolder(), 'shop')]
  const failed = await promisify(execFile)(process.execPath, args).catch((error) => error)
  expect(failed).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^create-nearside: .*\n$/),
  })
})
