/**
 * @module Creates a project of each framework from the packed packages in a terminal: the user answers four questions,
 * and gets an installed, trained and served project, whose page a browser opens.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify, stripVTControlCharacters } from 'node:util'
import { testFolder } from '@nearside/core/testFolder.ts'
import { testShop } from '@nearside/evaluate/testShop.ts'
import { chromium } from 'playwright'
import { expect, onTestFinished, test, vi } from 'vitest'
import { CHROMIUM_ARGS, requireChromium } from './chromium.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const run = promisify(execFile)
const npm = (cwd: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  run('npm', args, {
    cwd,
    maxBuffer: 2 ** 26,
    env: { ...process.env, NODE_ENV: undefined, ...more },
  })

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const LIMIT = { timeout: 1_200_000, interval: 200 }

/**
 * Serves a folder's packed packages as npm's registry does, and redirects npm to the real registry for all other
 * packages.
 */
async function registryOf(folder: string): Promise<string> {
  const real = (await npm(ROOT, ['config', 'get', 'registry'])).stdout.trim()
  const server = createServer(({ url = '' }, answer) => {
    const name = url.slice(1)
    const file = join(folder, `${name}-${version}.tgz`)
    if (name.endsWith('.tgz')) return answer.end(readFileSync(join(folder, name)))
    if (!/^(create-)?nearside(-\w+)?$/.test(name))
      return answer.writeHead(302, { location: new URL(name, real).href }).end()
    if (!existsSync(file)) return answer.writeHead(404).end('{}')
    const tarball = `${address()}${name}-${version}.tgz`
    return manifestIn(file).then((manifest) =>
      answer.end(
        JSON.stringify({
          name,
          'dist-tags': { latest: version },
          versions: { [version]: { ...manifest, dist: { tarball } } },
        }),
      ),
    )
  })
  const address = () => `http://localhost:${(server.address() as AddressInfo).port}/`
  await new Promise<void>((ready) => server.listen(0, 'localhost', ready))
  onTestFinished(() => void server.close())
  return address()
}

async function manifestIn(file: string) {
  const { stdout } = await run('tar', ['-xzOf', file, 'package/package.json'])
  return JSON.parse(stdout)
}

/** Packs the packages, and writes a shop's files and a fake browser that only notes the address that it opens. */
async function prepare() {
  const work = testFolder()
  const [packed, published, bin] = ['packed', 'published', 'bin'].map((name) => {
    mkdirSync(join(work, name))
    return join(work, name)
  })
  await run(process.execPath, ['--import', 'tsx', 'scripts/build.ts', '--package'], { cwd: ROOT })
  const packages = ['.', './dist/nearside-tools', './dist/create-nearside']
  await npm(ROOT, ['pack', '--ignore-scripts', '--pack-destination', packed, ...packages])
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
  write('bin/xdg-open', ['#!/bin/sh', `echo "$1" >> "${join(work, 'opened')}"`])
  chmodSync(join(bin, 'xdg-open'), 0o755)
  const env = {
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    CI: undefined,
    NODE_ENV: undefined,
    // With port 0, Next.js and the package `serve` choose a free port.
    PORT: '0',
    NEXT_TELEMETRY_DISABLED: '1',
    npm_config_registry: await registryOf(published),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_prefer_offline: 'true',
  }
  const creator = join(packed, `create-nearside-${version}.tgz`)
  return { work, packed, published, env, creator }
}

type Shop = Awaited<ReturnType<typeof prepare>>

/** Runs `npm create nearside` in a terminal. `ended` resolves to the exit code. */
function inTerminal({ work, env, creator }: Shop, more: NodeJS.ProcessEnv = {}) {
  const command = `npm exec --yes 'file:${creator}'`
  const child: ChildProcess = spawn(
    'script',
    ['--quiet', '--return', '--command', command, '/dev/null'],
    {
      cwd: work,
      env: { ...process.env, ...env, ...more },
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  child.stdout?.on('data', (chunk) => {
    text += chunk
  })
  let code: number | null | undefined
  const ended = once(child, 'exit').then(() => {
    code = child.exitCode
    return code
  })
  const prompts = () => stripVTControlCharacters(text).split('? ').length - 1
  return {
    text: () => text,
    ended,
    press: (key: string) => child.stdin?.write(key),
    /** Waits for each question, then types its answer. */
    async answer(answers: readonly string[]) {
      for (const [at, given] of answers.entries()) {
        await vi.waitUntil(() => prompts() > at || code !== undefined, LIMIT)
        expect(code, text).toBeUndefined()
        child.stdin?.write(`${given}\n`)
      }
    },
  }
}

test('a user answers four questions, and a browser opens the shop', async () => {
  const shop = await prepare()
  const { work, packed, published, env } = shop
  const html = join(work, 'html')

  // In CI, `create-nearside` installs and opens nothing.
  const ci = inTerminal(shop, { CI: 'true' })
  await ci.answer(['in-ci', 'html', 'products.csv', ''])
  expect(await ci.ended, ci.text()).toBe(0)
  expect(readdirSync(join(work, 'in-ci'))).not.toContain('node_modules')

  // While the packages aren't on npm, `npm install` fails, but the project stays, and packed files can be installed.
  const early = inTerminal(shop)
  await early.answer(['html', 'html', 'products.csv', 'orders.csv'])
  expect(await early.ended, early.text()).toBe(1)
  expect(early.text()).toMatch(/create-nearside: 'npm install' failed/)
  const [, advice = ''] = /run (npm install .*\.tgz)/.exec(early.text()) ?? []
  const files = advice.split(' ').slice(2)
  expect(files).toHaveLength(2)
  for (const file of files) await run('cp', [join(packed, file), html])
  await npm(html, ['install', ...files], env)
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(html, 'package.json'), 'utf8'),
  )
  expect([Object.keys(dependencies), Object.keys(devDependencies)]).toEqual([
    ['nearside'],
    ['nearside-tools', 'serve'],
  ])
  await npm(html, ['run', 'shop'], env)
  expect(JSON.parse(readFileSync(join(html, 'public/catalog.json'), 'utf8'))).toHaveLength(20)
  // The test builds twice, because the second build finds the first build's copy of the library in place.
  await npm(html, ['run', 'build'], env)
  await npm(html, ['run', 'build'], env)
  expect(readdirSync(join(html, 'public/nearside'))).toContain('worker.js')
  expect(readdirSync(join(html, 'public/nearside'))).not.toContain('lib')

  await run('cp', ['-r', `${packed}/.`, published])
  const browser = await chromium.launch({ executablePath: requireChromium(), args: CHROMIUM_ARGS })
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  const opened = () =>
    existsSync(join(work, 'opened'))
      ? readFileSync(join(work, 'opened'), 'utf8').trim().split('\n')
      : []
  for (const [at, framework] of ['html', 'vue', 'vite-react', 'next'].entries()) {
    const folder = `my ${framework}`
    const created = inTerminal(shop)
    await created.answer([folder, framework, 'products.csv', ''])
    const failed = created.ended.then((code) => {
      throw new Error(`create-nearside ended with ${code}: ${created.text()}`)
    })
    await Promise.race([failed, vi.waitFor(() => expect(opened()).toHaveLength(at + 1), LIMIT)])
    await page.goto(opened()[at])
    await page.locator('[data-item]').nth(7).waitFor({ timeout: 120_000 })
    created.press('\u0003')
    expect(await failed.catch(({ message }) => message)).not.toContain('failed')
    if (framework.startsWith('v')) {
      await npm(join(work, folder), ['run', 'build'], env)
      const built = readdirSync(join(work, folder, 'dist/assets'))
      expect(built.filter((name) => name.endsWith('.js')).length).toBeGreaterThan(1)
      // The worker is a module that loads its engines when it needs them.
      const [worker] = built.filter((name) => /worker-[^/]+\.js$/.test(name))
      expect(readFileSync(join(work, folder, 'dist/assets', worker), 'utf8')).toMatch(/import\(/)
    }
  }

  const vue = join(work, 'my vue')
  // A page that imports nothing by name still gets the elements: tree shaking doesn't remove their definitions.
  for (const [entry, element] of [
    ['element', 'nearside-recommendations'],
    ['element-search', 'nearside-search'],
  ]) {
    writeFileSync(join(vue, 'index.html'), '<script type="module" src="/bare.js"></script>')
    writeFileSync(join(vue, 'bare.js'), `import 'nearside/${entry}'\n`)
    await npm(vue, ['exec', '--no', '--', 'vite', 'build'], env)
    const files = readdirSync(join(vue, 'dist/assets')).filter((name) => name.endsWith('.js'))
    const code = files.map((name) => readFileSync(join(vue, 'dist/assets', name), 'utf8')).join()
    expect(code).toMatch(new RegExp(`customElements\\.define\\(.${element}.,`))
  }
}, 2_400_000)
