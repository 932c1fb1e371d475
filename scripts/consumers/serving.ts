/** @module Serves example shops, each at its own address, under a strict Content-Security-Policy. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createStaticServer } from '../static.ts'
import { atTheEnd } from './tally.ts'

export async function serveFolder(root: string): Promise<string> {
  const models = join(root, 'models')
  const site = createStaticServer({
    root,
    models: existsSync(models) ? models : root,
    federation: null,
  })
  await new Promise<void>((ready) => site.listen(0, 'localhost', ready))
  atTheEnd(() => site.close())
  return `http://localhost:${(site.address() as AddressInfo).port}`
}

export function serveNext(folder: string): Promise<string> {
  const bin = join(folder, 'node_modules/next/dist/bin/next')
  const child: ChildProcess = spawn(process.execPath, [bin, 'start', '--port', '0'], {
    cwd: folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  atTheEnd(() => child.kill('SIGKILL'))
  return new Promise((ready, refuse) => {
    let said = ''
    const late = setTimeout(() => refuse(new Error(`next start took too long: ${said}`)), 300_000)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const address = said.match(/http:\/\/localhost:\d+/)?.[0]
      if (!address || !said.includes('Ready')) return
      clearTimeout(late)
      ready(address)
    })
    child.once('exit', (code) => refuse(new Error(`next start ended with ${code}: ${said}`)))
  })
}
