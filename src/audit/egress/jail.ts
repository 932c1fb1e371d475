/**
 * @module A network namespace without a way out: every address leads to this machine, every name resolves, and
 * `tcpdump` captures every packet. Needs Linux, root and `ip`.
 */
import { execFileSync, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { invalidInput } from '@nearside/core/error.ts'
import { readPackets } from './flows.ts'
import { readQuestion } from './http.ts'

const RESOLVER = '198.18.255.53'

/** Sets up addresses, routes and name resolution in the network namespace that `unshare` has made. */
export function furnishJail(folder: string): void {
  const ip = (line: string) => execFileSync('ip', line.split(' '), { stdio: 'pipe' })
  ip('link set lo up')
  // WebRTC needs a network card to send. Packets sent through this virtual card return at its other end.
  ip('link add out0 type veth peer name out1')
  for (const card of ['out0', 'out1'])
    writeFileSync(`/proc/sys/net/ipv6/conf/${card}/disable_ipv6`, '1')
  ip('addr add 198.18.255.1/32 dev out0')
  for (const card of ['out0', 'out1']) ip(`link set ${card} up`)
  ip('route add local 0.0.0.0/0 dev lo src 198.18.255.1')
  ip('-6 route add local ::/0 dev lo')
  // Hides the host's resolver, which the browser could otherwise reach through a socket.
  const files = {
    'resolv.conf': `nameserver ${RESOLVER}\n`,
    'nsswitch.conf': 'hosts: files dns\n',
    // The machine's own hosts file could have an address for the shop.
    hosts: '127.0.0.1 localhost\n::1 localhost\n',
  }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text)
    if (existsSync(`/etc/${name}`))
      execFileSync('mount', ['--bind', join(folder, name), `/etc/${name}`])
  }
}

/** DNS server that gives each name its own address, so that a packet's address shows the name. */
export async function startResolver() {
  const refused = new Set<string>()
  const names = new Map<string, string>()
  const socket = createSocket('udp4')
  socket.on('message', (question, { address, port }) => {
    const name = readQuestion(question)
    if (name === null) return
    const end = question.indexOf(0, 12) + 5
    const isAddress = question.readUInt16BE(end - 4) === 1 && !refused.has(name)
    const answer = Buffer.from(question.subarray(0, end))
    for (const [at, value] of [0x8180, 1, isAddress ? 1 : 0, 0, 0].entries())
      answer.writeUInt16BE(value, 2 + at * 2)
    const found = addressOf(name).split('.').map(Number)
    const record = isAddress ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...found] : []
    socket.send(Buffer.concat([answer, Buffer.from(record)]), port, address)
  })
  const addressOf = (name: string) => {
    const place = names.get(name) ?? `198.18.${1 + (names.size >> 7)}.${1 + (names.size & 127)}`
    names.set(name, place)
    return place
  }
  socket.bind(53, RESOLVER)
  await once(socket, 'listening')
  return {
    /** Address of a name, which is the same on each call. */
    addressOf,
    refuse: (some: Iterable<string>) => {
      for (const name of some) refused.add(name)
    },
    nameOf: (address: string) => [...names].find(([, other]) => other === address)?.[0],
  }
}

/** Accepts the connections of leaks, because the leaked bytes are sent only after TCP's handshake. */
export async function startCollector(port: number): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\naccess-control-allow-origin: *\r\n\r\n'),
    )
  })
  server.listen(port, '0.0.0.0')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

export async function startCapture(file: string) {
  const args = ['-i', 'any', '-n', '-U', '-s', '0', '-B', '65536', '-Z', 'root', '-w', file]
  const child = spawn('tcpdump', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (/listening on/.test(said)) resolve()
    })
    child.once('exit', () => reject(invalidInput(`tcpdump: ${said.trim()}`)))
  })
  return {
    packets: () => readPackets(readFileSync(file)),
    /** @throws NearsideError `input-invalid` if the kernel dropped packets, because nothing is proven then */
    async end() {
      // Waits for packets that are still being written.
      await new Promise((resolve) => setTimeout(resolve, 1000))
      child.kill('SIGINT')
      if (child.exitCode === null) await once(child, 'exit')
      const [, lost = '0'] = /(\d+) packets? dropped by kernel/.exec(said) ?? []
      if (lost !== '0') throw invalidInput(`the capture lost ${lost} packets`)
      return readPackets(readFileSync(file))
    },
  }
}
