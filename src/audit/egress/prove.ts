/** @module Starts the child process that proves which data leave a shop, and opens its only connection to the shop. */
import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { connect as connectPlain, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { ProofMessage } from './inside.ts'
import { type Order, type Outcome, sitesOf } from './order.ts'

/**
 * Switches that reduce the browser's own requests, but not the shop's, and one that lets pages offer tools to agents
 * (WebMCP).
 */
const ARGS = [
  '--enable-blink-features=WebMCP',
  ...['--no-sandbox', '--no-first-run', '--disable-sync'],
  ...['--disable-component-update', '--disable-domain-reliability'],
]

type ProofOptions = Omit<Order, 'folder' | 'upstreams' | 'args'>

/** Options of `unshare`. Browser and capture run in the process namespace of `unshare`, so they end with `unshare`. */
const NAMESPACES = ['--net', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child']

/** Reasons why this machine can't run a proof, each with a remedy; empty if it can. */
export function missingForProof(given: Pick<Order, 'url' | 'vault'>): string[] {
  const missing: string[] = []
  if (process.platform !== 'linux') missing.push('network namespaces need Linux')
  else if (process.getuid?.() !== 0) missing.push('a network namespace needs root (sudo)')
  const tools = { ip: 'iproute2', tcpdump: 'tcpdump', unshare: 'util-linux', mount: 'mount' }
  const isSecure = sitesOf(given).some(({ protocol }) => protocol === 'https:')
  const all = isSecure ? { ...tools, openssl: 'openssl' } : tools
  const PATH = `${process.env.PATH}${delimiter}/usr/sbin${delimiter}/sbin`
  const folders = PATH.split(delimiter)
  for (const [tool, from] of Object.entries(all))
    if (!folders.some((folder) => existsSync(join(folder, tool))))
      missing.push(`${tool} is missing (Debian: apt install ${from})`)
  if (missing.length > 0) return missing
  // Root in a container may lack the right to make a network namespace, which only an attempt shows.
  const trial = ['sh', '-c', 'ip link set lo up && tcpdump -i lo -L']
  const options = { encoding: 'utf8', env: { ...process.env, PATH } } as const
  const { status, stderr } = spawnSync('unshare', [...NAMESPACES, ...trial], options)
  return status === 0 ? [] : [`no network namespace can be made here (${stderr.trim()})`]
}

/** @throws NearsideError `input-invalid` if a tool is missing or the shop doesn't answer; `aborted` after `signal` */
export async function prove(
  options: ProofOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  const missing = options.method === 'capture' ? missingForProof(options) : []
  if (missing.length > 0)
    throw invalidInput(`${missing.join('; ')}. Or use --without-root, which sees less`)
  const folder = await mkdtemp(join(tmpdir(), 'nearside-egress-'))
  const upstreams: string[] = []
  const waysOut: Server[] = []
  try {
    for (const [at, site] of sitesOf(options).entries()) {
      upstreams.push(join(folder, `${at}.sock`))
      waysOut.push(await openWayOut(site, upstreams[at]))
    }
    const child = startInside(options.method)
    try {
      child.send({ ...options, folder, upstreams, args: ARGS } satisfies Order)
      return await outcomeOf(child, say, signal)
    } finally {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
  } finally {
    for (const way of waysOut) way.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Opens the only connection to a site: the socket at `path` leads to that site and nowhere else. */
async function openWayOut({ href, hostname, port, protocol }: URL, path: string): Promise<Server> {
  // Browsers resolve `*.localhost` to loopback (RFC 6761), but the system's resolver may not.
  const host = hostname.endsWith('.localhost') ? 'localhost' : hostname
  const reach = () =>
    protocol === 'https:'
      ? connectTls({ host, port: Number(port || 443), servername: host })
      : connectPlain({ host, port: Number(port || 80) })
  const trial = reach()
  await once(trial, 'connect').catch((cause) => {
    throw invalidInput(`${href} does not answer`, cause)
  })
  trial.destroy()
  const server = createServer((socket) => {
    const out = reach()
    for (const end of [socket, out]) end.on('error', () => end.destroy())
    socket.pipe(out).pipe(socket)
    socket.on('close', () => out.destroy())
  })
  server.listen(path)
  await once(server, 'listening')
  return server
}

function startInside(method: Order['method']): ChildProcess {
  const inside = new URL(
    import.meta.url.endsWith('.ts') ? './inside.ts' : './inside.js',
    import.meta.url,
  )
  const tsx = inside.pathname.endsWith('.ts')
    ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
    : []
  const command = [process.execPath, ...tsx, fileURLToPath(inside)]
  const stdio: StdioOptions = ['ignore', 'inherit', 'inherit', 'ipc']
  if (method === 'log') return spawn(command[0], command.slice(1), { stdio })
  return spawn('unshare', [...NAMESPACES, ...command], { stdio })
}

function outcomeOf(child: ChildProcess, say: (line: string) => void, signal: AbortSignal) {
  return new Promise<Outcome>((resolve, reject) => {
    const abort = () => reject(new NearsideError('aborted', 'the proof was stopped'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    child.on('message', (message: ProofMessage) => {
      if (message.kind === 'progress') say(message.line)
      else if (message.kind === 'done') resolve(message.outcome)
      else reject(NearsideError.fromWire(message.error))
    })
    child.on('error', (error) =>
      reject(NearsideError.from(error, 'worker-failed', 'no network namespace can be made')),
    )
    child.on('exit', (code) =>
      reject(new NearsideError('worker-failed', `the proof ended early (${code})`)),
    )
  })
}
