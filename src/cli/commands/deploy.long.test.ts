/**
 * @module Runs the compose file and the systemd units of `docs/deploy` as they are written, except for containers, TLS
 * and systemd's sandbox.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cryptoRandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { REPORT_MEDIA_TYPE } from '@nearside/aggregate/protocol/report.ts'
import {
  NO_POSTGRES,
  startPostgres,
  type TestPostgres,
} from '@nearside/aggregate/server/store/testPostgres.ts'
import { freePort } from '@nearside/aggregate/server/testPort.ts'
import { agreeTask } from '@nearside/browser/contribution/agreeTask.ts'
import { makeReport } from '@nearside/browser/contribution/makeReport.ts'
import { SHARED_LENGTH } from '@nearside/core/learning/sharedUpdate.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const example = (name: string) => readFileSync(join(ROOT, 'docs/deploy', name), 'utf8')
const ROLES = ['leader', 'helper'] as const
/** Terms with a low learning rate, so that the new model of only two reports passes the quality check (gate). */
const TERMS = { ...DEMO_PARAMETERS, aggregationGoal: 2, learningRate: 0.001 }

/** Creates an operator's folder, with `nearside-server` at the path where npm installs it. */
function operatorsFolder(): string {
  const where = testFolder()
  const program = join(where, 'node_modules/.bin/nearside-server')
  mkdirSync(dirname(program), { recursive: true })
  const main = join(ROOT, 'src/cli/serverMain.ts')
  const node = `${process.execPath} --import ${import.meta.resolve('tsx')}`
  writeFileSync(program, `#!/bin/sh\nexec ${node} ${main} "$@"\n`, { mode: 0o755 })
  writeFileSync(join(where, 'terms.json'), JSON.stringify(TERMS))
  cpSync(join(ROOT, 'public/models'), join(where, 'models'), { recursive: true })
  symlinkSync(join(ROOT, 'data/online-retail'), join(where, 'shop'))
  for (const role of ROLES) {
    writeFileSync(join(where, `${role}.key`), 'ab'.repeat(32), { mode: 0o600 })
    writeFileSync(join(where, `${role}.password`), 'secret')
  }
  return where
}

type Argv = readonly string[]
/** Splits a command line into words; quotes keep spaces together. */
const wordsOf = (line: string): Argv =>
  (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''))
const placed = (argv: Argv, places: ReadonlyMap<string, string>): Argv =>
  argv.map((word) => places.get(word) ?? word)

/**
 * Starts both aggregators and completes one round.
 * @param of returns a role's command line without its port; `other` is the other role's URL
 */
async function playRound(where: string, of: (role: (typeof ROLES)[number], other: string) => Argv) {
  const ports = { leader: await freePort(), helper: await freePort() }
  const url = (role: (typeof ROLES)[number]) => `http://127.0.0.1:${ports[role]}`
  for (const role of ROLES) {
    const other = url(role === 'leader' ? 'helper' : 'leader')
    const [program, ...argv] = of(role, other)
    const child = spawn(program, [...argv, '--port', String(ports[role])], {
      cwd: where,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const ended = once(child, 'exit')
    onTestFinished(async () => {
      child.kill('SIGTERM')
      expect((await ended)[0]).toBe(0)
    })
  }
  const get = async (address: string) => new Uint8Array(await (await fetch(address)).arrayBuffer())
  const read = async (address: string) => JSON.parse(new TextDecoder().decode(await get(address)))
  const due = { timeout: 300_000, interval: 500 }
  const agree = () => agreeTask({ get }, { leader: url('leader'), helper: url('helper') })
  await expect.poll(agree, due).toBeTruthy()
  const task = await agree()
  for (const role of ROLES)
    expect(await read(`${url(role)}/v1/health`)).toMatchObject({ status: 'ok', role, round: 1 })
  for (let i = 0; i < TERMS.aggregationGoal; i++) {
    const update = Float64Array.from({ length: SHARED_LENGTH }, (_, j) => Math.sin(i + j) / 1000)
    const { body } = await makeReport(update, task, cryptoRandomBytes)
    const headers = { 'content-type': REPORT_MEDIA_TYPE, origin: 'https://shop.example' }
    const answer = await fetch(`${url('leader')}/v1/reports`, { method: 'POST', body, headers })
    expect(answer.status).toBe(201)
  }
  const first = async () => (await read(`${url('leader')}/v1/rounds`)).rounds.at(-1)
  await expect
    .poll(first, due)
    .toMatchObject({ round: 1, state: 'released', counted: 2, released: '2' })
  expect(readFileSync(join(where, 'models/latest.json'), 'utf8')).toContain('"version":"2"')
}

interface Service {
  readonly command: string
  readonly volumes: readonly string[]
  readonly secrets: readonly (string | { readonly source: string; readonly target: string })[]
  readonly build: { readonly dockerfile_inline: string }
}

describe.skipIf(NO_POSTGRES !== '')(`the compose file${NO_POSTGRES}`, () => {
  let postgres: TestPostgres
  beforeAll(async () => {
    postgres = await startPostgres()
  }, 120_000)
  afterAll(() => postgres.remove())

  it('the compose file starts both aggregation servers, and they complete a round on PostgreSQL', async () => {
    const { services, secrets } = parse(example('compose.yaml'), { merge: true }) as {
      services: Record<string, Service>
      secrets: Record<string, { readonly file: string }>
    }
    const where = operatorsFolder()
    const databases = { leader: await postgres.create(), helper: await postgres.create() }
    await playRound(where, (role, other) => {
      const { command, volumes, secrets: given, build } = services[role]
      const places = new Map<string, string>()
      for (const [host, container] of volumes.map((one) => one.split(':')))
        places.set(container, join(where, host))
      for (const one of given) {
        const { source, target } = typeof one === 'string' ? { source: one, target: one } : one
        places.set(`/run/secrets/${target}`, join(where, secrets[source].file))
      }
      places.set(`postgres://nearside@${role}-database/nearside`, databases[role])
      for (const name of ROLES) places.set(`https://${name}.example`, other)
      const [, entry] = /^ENTRYPOINT (.*)$/m.exec(build.dockerfile_inline) ?? []
      const [shell, flag, script, name] = JSON.parse(entry.replaceAll('$$', '$')) as string[]
      const password = '/run/secrets/password'
      expect(script).toContain(password)
      const inPlace = script.replace(password, places.get(password) ?? '')
      return [shell, flag, inPlace, name, ...placed(wordsOf(command), places)]
    })
  }, 600_000)
})

const UNITS = Object.fromEntries(ROLES.map((role) => [role, example(`nearside-${role}@.service`)]))

describe('the systemd units', () => {
  it('the systemd units start both aggregation servers, and they complete a round on SQLite', async () => {
    const where = operatorsFolder()
    await playRound(where, (role, other) => {
      const unit = UNITS[role]
      const [, command] = /^ExecStart=((?:.*\\\n)*.*)$/m.exec(unit) ?? []
      const [, store] = /STORE="(.*sqlite.*)"/.exec(unit) ?? []
      const places = new Map([
        [
          '/srv/nearside/node_modules/.bin/nearside-server',
          join(where, 'node_modules/.bin/nearside-server'),
        ],
        ['/etc/nearside/terms.json', join(where, 'terms.json')],
        ['/srv/shop/models', join(where, 'models')],
        ['/srv/shop/folder', join(where, 'shop')],
        [`sqlite:/var/lib/nearside-${role}/${role}.sqlite`, `sqlite:${join(where, role)}.sqlite`],
        ['https://leader.example', other],
        ['https://helper.example', other],
      ])
      const words = command.replace('$STORE', store).replace('$SIGNING', '').replaceAll('\\\n', ' ')
      return placed(wordsOf(words.replace('%i', '8791')), places)
    })
  }, 600_000)

  const NO_SYSTEMD = hasSystemd() ? '' : ' (skipped: no systemd-analyze here)'
  it.skipIf(NO_SYSTEMD !== '').each(ROLES)(
    `systemd-analyze finds no fault in the unit of the %s${NO_SYSTEMD}`,
    (role) => {
      const file = join(testFolder(), `nearside-${role}@8791.service`)
      // `systemd-analyze` looks for the program, which isn't installed here, so the test names `/bin/sh` instead.
      writeFileSync(
        file,
        UNITS[role].replace('/srv/nearside/node_modules/.bin/nearside-server', '/bin/sh'),
      )
      const verify = `systemd-analyze verify --man=no ${file} 2>&1`
      expect(execFileSync('sh', ['-c', verify], { encoding: 'utf8' })).toBe('')
    },
  )
})

function hasSystemd(): boolean {
  try {
    execFileSync('systemd-analyze', ['--version'])
    return true
  } catch {
    return false
  }
}
