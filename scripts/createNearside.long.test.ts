/** @module Creates a project of each framework from the packed packages, installs, trains and builds it. */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testFolder } from '@nearside/core/testFolder.ts'
import { testShop } from '@nearside/evaluate/testShop.ts'
import { expect, test } from 'vitest'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const run = promisify(execFile)
const NPM = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--loglevel=error']
const npm = (cwd: string, ...args: string[]) =>
  run('npm', args, { cwd, maxBuffer: 2 ** 26, env: { ...process.env, NODE_ENV: undefined } })

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

/** Packs the packages and writes a shop's files into a folder, in which projects are then created. */
async function prepare() {
  const work = testFolder()
  const packed = (name: string) => `file:${join(work, `${name}-${version}.tgz`)}`
  await run(process.execPath, ['--import', 'tsx', 'scripts/build.ts', '--package'], { cwd: ROOT })
  const packages = ['.', './dist/nearside-tools', './dist/create-nearside']
  await npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', work, ...packages)
  const { items, shoppers } = testShop(60, 20)
  const lines = shoppers.flatMap(({ id, interactions }) =>
    interactions.map(({ item, session, time }) =>
      [session, id, items[item].id, new Date(time).toISOString(), 1].join(),
    ),
  )
  const rows = items.map(({ id, title, price, category }) => [id, title, price, category].join())
  const write = (name: string, text: readonly string[]) =>
    writeFileSync(join(work, name), `${text.join('\n')}\n`)
  write('orders.csv', ['order_id,customer_id,sku,created_at,quantity', ...lines])
  write('products.csv', ['id,title,price,category', ...rows])
  mkdirSync(join(work, 'npm'))
  await npm(join(work, 'npm'), 'init', '-y')
  await npm(join(work, 'npm'), 'install', ...NPM, packed('create-nearside'))

  /** Creates a project, and lets it install the packed packages, as if npm had them. */
  return async function create(framework: string, orders: string | null, withTools: boolean) {
    const folder = join(work, framework)
    const flags = {
      framework,
      catalog: join(work, 'products.csv'),
      orders: orders === null ? 'none' : join(work, orders),
      consent: 'no',
    }
    const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
    const from = join(work, 'npm')
    await npm(from, 'exec', '--no', '--', 'create-nearside', folder, ...args)
    const path = join(folder, 'package.json')
    const manifest = JSON.parse(readFileSync(path, 'utf8'))
    const { 'nearside-tools': tools, ...devDependencies } = manifest.devDependencies
    expect([manifest.dependencies.nearside, tools]).toEqual([version, version])
    manifest.dependencies.nearside = packed('nearside')
    manifest.devDependencies = devDependencies
    if (withTools) manifest.devDependencies['nearside-tools'] = packed('nearside-tools')
    writeFileSync(path, JSON.stringify(manifest))
    await npm(folder, 'install', ...NPM)
    return folder
  }
}

test('projects are created, installed, trained from the shop’s files, and built', async () => {
  const create = await prepare()
  const html = await create('html', 'orders.csv', true)
  await npm(html, 'run', 'shop')
  // The test builds twice, because the second build finds the first build's copy of the library in place.
  await npm(html, 'run', 'build')
  await npm(html, 'run', 'build')
  expect(readdirSync(join(html, 'public/nearside'))).toContain('worker.js')
  expect(readdirSync(join(html, 'public/nearside'))).not.toContain('lib')
  const site = ['catalog.json', 'models'] as const
  expect(JSON.parse(readFileSync(join(html, 'public/catalog.json'), 'utf8'))).toHaveLength(20)
  expect(existsSync(join(html, 'public/models/latest.json'))).toBe(true)

  // Without orders, the script makes a model from the products.
  const vue = await create('vue', null, false)
  const tools = join(html, 'node_modules/.bin')
  const { scripts } = JSON.parse(readFileSync(join(vue, 'package.json'), 'utf8'))
  const env = { ...process.env, PATH: `${tools}:${process.env.PATH}` }
  await run('sh', ['-c', scripts.shop], { cwd: vue, env })
  expect(JSON.parse(readFileSync(join(vue, 'public/catalog.json'), 'utf8'))).toHaveLength(20)

  for (const framework of ['vite-react', 'next', 'vue']) {
    const folder = framework === 'vue' ? vue : await create(framework, null, false)
    if (framework !== 'vue')
      for (const part of site)
        cpSync(join(html, 'public', part), join(folder, 'public', part), { recursive: true })
    await npm(folder, 'run', 'build')
    const built = readdirSync(join(folder, framework === 'next' ? '.next/static' : 'dist'), {
      recursive: true,
      encoding: 'utf8',
    })
    expect(built.filter((name) => name.endsWith('.js')).length).toBeGreaterThan(1)
    if (framework === 'next') continue
    // The worker is a module that loads its engines when it needs them.
    const [worker] = built.filter((name) => /worker-[^/]+\.js$/.test(name))
    expect(readFileSync(join(folder, 'dist', worker), 'utf8')).toMatch(/import\(/)
  }

  // A page that imports nothing by name still gets the elements: tree shaking doesn't remove their definitions.
  for (const [entry, element] of [
    ['element', 'nearside-recommendations'],
    ['element-search', 'nearside-search'],
  ]) {
    writeFileSync(join(vue, 'index.html'), '<script type="module" src="/bare.js"></script>')
    writeFileSync(join(vue, 'bare.js'), `import 'nearside/${entry}'\n`)
    await npm(vue, 'exec', '--no', '--', 'vite', 'build')
    const files = readdirSync(join(vue, 'dist/assets')).filter((name) => name.endsWith('.js'))
    const code = files.map((name) => readFileSync(join(vue, 'dist/assets', name), 'utf8')).join()
    expect(code).toMatch(new RegExp(`customElements\\.define\\(.${element}.,`))
  }
}, 2_400_000)
