/**
 * @module A PostgreSQL of the test's own, on a socket in a folder of its own, where one is installed. It is
 * as durable as any: fsync is on.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'

const DEBIAN = '/usr/lib/postgresql'
const FOLDERS = [
  ...(process.env.PATH?.split(':') ?? []),
  ...(existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin')) : []),
]
const FOUND = FOLDERS.find((bin) =>
  ['initdb', 'postgres'].every((name) => existsSync(join(bin, name))),
)
/** Its other programs lie beside what a link leads to. */
const BIN = FOUND === undefined ? undefined : dirname(realpathSync(join(FOUND, 'initdb')))
/** It does not run as root. */
const OWNER = process.getuid?.() === 0 ? ownerOf('postgres') : undefined

/** Why there is none; empty where there is. */
export const NO_POSTGRES =
  BIN === undefined
    ? ' (skipped: no initdb and postgres here; Debian: apt install postgresql)'
    : OWNER === null
      ? ' (skipped: PostgreSQL does not run as root, and there is no user postgres)'
      : ''

export interface TestPostgres {
  /** The URL of a new, empty database. */
  create(): Promise<string>
  /** Runs a client of its own, such as `pg_dump`. */
  run(program: string, ...args: string[]): void
  /** Everything is here: tables, write-ahead log, its own log. */
  readonly directory: string
  /** `immediate`: as in a crash, at once. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  start(): Promise<void>
  /** Stops it and removes its folder. */
  remove(): Promise<void>
}

/** Starts one. `remove` it in the end. */
export async function startPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'nearside-pg-'))
  const directory = join(folder, 'data')
  const options = { ...OWNER, cwd: folder }
  if (OWNER) chownSync(folder, OWNER.uid, OWNER.gid)
  execFileSync(
    join(BIN!, 'initdb'),
    ['-D', directory, '-U', 'nearside', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C'],
    options,
  )
  let server: ChildProcess
  let databases = 0
  const url = (database: string) => `postgres://nearside@localhost/${database}?host=${folder}`
  const abandoned = () => server.kill('SIGQUIT')

  async function query(sql: string): Promise<void> {
    const client = new pg.Client(url('postgres'))
    client.on('error', () => {})
    await client.connect()
    await client.query(sql)
    await client.end()
  }

  async function start(): Promise<void> {
    server = spawn(
      join(BIN!, 'postgres'),
      ['-D', directory, '-k', folder, '-c', 'listen_addresses='],
      { ...options, stdio: 'ignore' },
    )
    process.once('exit', abandoned)
    for (;;) {
      const isUp = await query('select 1').then(
        () => true,
        () => false,
      )
      if (isUp) return
      if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async function stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    process.off('exit', abandoned)
    server.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await once(server, 'exit')
  }

  await start()
  return {
    directory,
    start,
    stop,
    run: (program, ...args) => void execFileSync(join(BIN!, program), args),
    async create() {
      const name = `test${++databases}`
      await query(`create database ${name}`)
      return url(name)
    },
    async remove() {
      await stop('immediate')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function ownerOf(name: string): { uid: number; gid: number } | null {
  try {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, name])))
    return { uid, gid }
  } catch {
    return null
  }
}
