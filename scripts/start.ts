/**
 * @module `npm start`: builds missing or stale files, then runs the whole demo on loopback:
 * storefront, leader and helper. Each aggregator has its own process and SQLite file.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from '@commander-js/extra-typings'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { createCosigner } from '@nearside/aggregate/server/cosigner.ts'
import { createTokenSigner } from '@nearside/aggregate/server/tokenIssuer.ts'
import { PERSISTS } from '@nearside/browser/persists.ts'
import { wholeNumber } from '@nearside/cli/values.ts'
import { readLatestFile, signAgain } from '@nearside/train/models/publish.ts'
import {
  createSigner,
  DEFAULT_DAYS,
  makeSigningKey,
  publicKeyOf,
  readSigningKey,
} from '@nearside/train/models/sign.ts'
import { buildDemo, demoIsFresh } from './build.ts'
import { createOrderBook } from './orderBook.ts'
import { createStaticServer } from './static.ts'
import { createVaultServer } from './vaultServer.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

const options = new Command('npm start --')
  .description(
    'Runs the demo shop on port N, the leader on N+1, the helper on N+2, the vault on N+3.',
  )
  .addOption(
    new Option('--port <n>', 'port of the shop')
      .env('PORT')
      .argParser(wholeNumber(1, 65_532))
      .default(8790),
  )
  .addOption(
    new Option('--embedded <n>', 'port of the same shop without a vault').argParser(
      wholeNumber(1, 65_535),
    ),
  )
  .addOption(
    new Option('--persist <option>', 'when the shop stores what a visitor does').choices(PERSISTS),
  )
  .option('--data <dir>', 'folder for the aggregators’ databases and published models', 'var')
  .parse()
  .opts()

const { port } = options
const data = resolve(ROOT, options.data)
const origin = `http://localhost:${port}`
const leader = `http://127.0.0.1:${port + 1}`
const helper = `http://127.0.0.1:${port + 2}`
const vault = `http://localhost:${port + 3}`
const embedded = options.embedded && `http://localhost:${options.embedded}`

const children: ChildProcess[] = []
let stopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(0))

if (!demoIsFresh()) {
  console.log('Building the storefront (once, under a minute) …')
  await buildDemo()
}
const key = join(data, 'model-key.pem')
/** Copy of the `latest.json` with which the pages were rendered. */
const rendered = join(data, 'rendered.json')
const models = seedModels()
await makeSigningKey(key)
const issuer = join(data, 'issuer.pem')
const terms = join(data, 'terms.json')
await writeTerms()
const publisher = publicKeyOf(await readSigningKey(key, models))
await serve('helper', ['--port', String(port + 2), '--leader', leader, '--publisher', publisher])
const helperNamed = await named(helper)
const modelKeys = { publishers: [publisher], helper: helperNamed.key }
await signModels()
const latest = JSON.parse(readFileSync(rendered, 'utf8'))
await serve('leader', [
  ...['--port', String(port + 1), '--helper', helper, '--models', models, '--key', key],
  ...['--shop', join(ROOT, 'data/online-retail'), '--issuer-key', issuer],
])
const leaderNamed = await named(leader)
const federation = {
  ...{ leader, leaderOperator: leaderNamed.operator, leaderKey: leaderNamed.key },
  ...{ helper, helperOperator: helperNamed.operator, helperKey: helperNamed.key },
  // The demo needs only 32 updates per round; devices of a real shop require 1,000.
  demonstration: true,
}
const site = {
  root: join(ROOT, 'dist/demo'),
  models,
  federation,
  signed: { modelKeys, latest },
  persist: options.persist,
  orders: createOrderBook(join(data, 'orders.jsonl')),
}
if (options.embedded) await listen(createStaticServer(site), options.embedded)
const outside = [origin, leader, helper]
const vaultSite = {
  root: join(ROOT, 'dist/vault'),
  shops: [origin],
  outside,
  recipients: federation,
}
await listen(createVaultServer(vaultSite), port + 3)
await listen(createStaticServer({ ...site, vault: `${vault}/vault.html` }), port)
console.log(`
Nearside is running. It learns in the browser. The console shows what leaves the browser.

  shop      ${origin}
  console   ${origin}/console
  vault     ${vault}, where the browser stores what it learns
  leader    ${leader}   helper ${helper}

Stop with Ctrl+C. Aggregator data is in ${options.data}/.`)

/** Folder that the leader publishes to; at first it contains the models in the repository. */
function seedModels(): string {
  const target = join(data, 'models')
  const shipped = join(ROOT, 'public/models')
  const stamp = (directory: string) => {
    const file = join(directory, '1/manifest.json')
    return existsSync(file) ? readFileSync(file, 'utf8') : null
  }
  if (stamp(target) !== stamp(shipped)) {
    // Rounds belong to the model that they improve. With a new base model, rounds, round numbers and keys start anew.
    rmSync(target, { recursive: true, force: true })
    for (const file of [key, rendered]) rmSync(file, { force: true })
    for (const role of ['leader', 'helper'])
      for (const part of ['', '-wal', '-shm'])
        rmSync(join(data, `${role}.sqlite${part}`), { force: true })
    cpSync(shipped, target, { recursive: true })
  }
  return target
}

/** Writes the demo's terms with a token issuer. A token for a report costs a phone less than half a second of work. */
async function writeTerms(): Promise<void> {
  if (!existsSync(issuer)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    writeFileSync(issuer, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  }
  const { publicKey } = await createTokenSigner(readFileSync(issuer, 'utf8'))
  const tokens = { issuer: { kind: 'work', key: publicKey, bits: 8 } }
  writeFileSync(terms, JSON.stringify({ ...DEMO_PARAMETERS, ...tokens }))
}

async function named(server: string): Promise<{ operator: string; key: string }> {
  const { operator, signing } = await (await fetch(`${server}/v1/keys`)).json()
  return { operator, key: signing }
}

/** Signs the models with this machine's key; in the repository they are unsigned. */
async function signModels(): Promise<void> {
  const { signatures = [] } = (await readLatestFile(models))?.signed ?? {}
  const hasSigned = (key: string) => signatures.some((one) => one.key === key)
  if (existsSync(rendered) && [publisher, modelKeys.helper].every(hasSigned)) return
  const cosigner = createCosigner(helper, fetch)
  const keys = [await readSigningKey(key, models)]
  const { sign } = createSigner({ keys, days: DEFAULT_DAYS, now: Date.now, cosigner })
  writeFileSync(rendered, JSON.stringify(await signAgain(models, sign)))
}

/** Starts one aggregator and resolves when it listens. */
function serve(role: 'leader' | 'helper', args: string[]): Promise<void> {
  const cli = [
    '--import',
    'tsx',
    join(ROOT, 'src/cli/main.ts'),
    'serve',
    '--role',
    role,
    '--operator',
    `Demo ${role}, run on this computer`,
    '--policy',
    terms,
  ]
  const origins = [vault, ...(embedded ? [embedded] : [])].join(',')
  const store = ['--store', `sqlite:${join(data, `${role}.sqlite`)}`, '--origin', origins]
  const child = spawn(process.execPath, [...cli, ...store, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  return new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('listening')) resolve()
      else process.stdout.write(text)
    })
    child.once('exit', (code) => {
      if (!stopping) fail(`the ${role} ended with code ${code}`)
    })
  })
}

function listen(server: Server, at: number): Promise<void> {
  server.once('error', (error) => fail(`cannot listen on port ${at}: ${error.message}`))
  return new Promise((resolve) => server.listen(at, 'localhost', resolve))
}

function fail(message: string): void {
  console.error(`start: ${message}`)
  stop(1)
}

function stop(code: number): void {
  stopping = true
  for (const child of children) child.kill('SIGTERM')
  process.exit(code)
}
