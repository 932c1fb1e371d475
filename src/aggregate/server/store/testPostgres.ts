/**
 * @module PostgreSQL for one test, on a socket in a folder of its own, if PostgreSQL is installed. The database is
 * durable: fsync is on.
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
/** PostgreSQL's other programs are beside `initdb`, once its symbolic link is resolved. */
const BIN = FOUND === undefined ? undefined : dirname(realpathSync(join(FOUND, 'initdb')))
/** PostgreSQL refuses to run as root. */
const OWNER = process.getuid?.() === 0 ? ownerOf('postgres') : undefined

/** Reason why PostgreSQL isn't available; empty if it is. */
export const NO_POSTGRES =
  BIN === undefined
    ? ' (skipped: no initdb and postgres here; Debian: apt install postgresql)'
    : OWNER === null
      ? ' (skipped: PostgreSQL does not run as root, and there is no user postgres)'
      : ''

interface Server {
  url(database: string): string
  query(sql: string, database?: string): Promise<Record<string, unknown>[]>
  /** Stops the server; `immediate` acts like a crash. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  start(): Promise<void>
  /** Makes the server hang; resolves to a function that lets it continue. */
  hang(): Promise<() => void>
}

export interface TestPostgres extends Server {
  /** Creates an empty database; resolves to its URL. */
  create(): Promise<string>
  run(program: string, ...args: string[]): void
  readonly directory: string
  /** Starts a standby that follows this server. `remove` removes it, too. */
  follow(): Promise<Server>
  remove(): Promise<void>
}

/** PostgreSQL server whose data folder `initdb` or a base backup has filled; its socket is beside the folder. */
function serverOf(directory: string): Server {
  const socket = dirname(directory)
  let server: ChildProcess
  const url = (database: string) => `postgres://nearside@localhost/${database}?host=${socket}`
  const abandoned = () => server.kill('SIGQUIT')

  async function query(sql: string, database = 'postgres') {
    const client = new pg.Client(url(database))
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows
    } finally {
      await client.end()
    }
  }

  return {
    url,
    query,
    async start() {
      server = spawn(
        join(BIN!, 'postgres'),
        ['-D', directory, '-k', socket, '-c', 'listen_addresses='],
        { ...OWNER, cwd: socket, stdio: 'ignore' },
      )
      process.once('exit', abandoned)
      const isUp = () =>
        query('select 1').then(
          () => true,
          () => false,
        )
      while (!(await isUp())) {
        if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async stop(mode = 'fast') {
      process.off('exit', abandoned)
      if (server.exitCode !== null) return
      server.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
      await once(server, 'exit')
    },
    async hang() {
      const rows = await query(
        `select pid from pg_stat_activity where backend_type = 'client backend'
           and pid <> pg_backend_pid()`,
      )
      const all = [...rows.map(({ pid }) => Number(pid)), server.pid!]
      for (const pid of all) process.kill(pid, 'SIGSTOP')
      return () => {
        for (const pid of all) process.kill(pid, 'SIGCONT')
      }
    },
  }
}

/** Starts a PostgreSQL server; call its `remove` in the end. */
export async function startPostgres(): Promise<TestPostgres> {
  const folders: string[] = []
  const servers: Server[] = []
  const make = (program: string, ...args: string[]) =>
    execFileSync(join(BIN!, program), args, { ...OWNER, cwd: tmpdir() })

  async function add(fill: (directory: string) => void) {
    const folder = mkdtempSync(join(tmpdir(), 'nearside-pg-'))
    if (OWNER) chownSync(folder, OWNER.uid, OWNER.gid)
    folders.push(folder)
    const directory = join(folder, 'data')
    fill(directory)
    const server = serverOf(directory)
    servers.push(server)
    await server.start()
    return { server, directory }
  }

  const { server, directory } = await add((data) =>
    make('initdb', '-D', data, '-U', 'nearside', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C'),
  )
  let databases = 0
  return {
    ...server,
    directory,
    run: (program, ...args) => void execFileSync(join(BIN!, program), args),
    async create() {
      const name = `test${++databases}`
      await server.query(`create database ${name}`)
      return server.url(name)
    },
    async follow() {
      const from = server.url('postgres')
      const copy = await add((data) =>
        make('pg_basebackup', '-D', data, '-d', from, '-R', '-N', '-c', 'fast'),
      )
      return copy.server
    },
    async remove() {
      for (const one of servers) await one.stop('immediate')
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
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
