/**
 * @module Drives Firefox and WebKit by WebDriver's commands, which press the mouse like a person. WebKit uses
 * WebKitWebDriver; Firefox uses its built-in Marionette, because Debian packages no geckodriver.
 * @see https://www.w3.org/TR/webdriver2/ @see https://firefox-source-docs.mozilla.org/testing/marionette/
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { closeWindow, type OtherBrowser, openWindow, requireBrowser } from './otherBrowsers.ts'

/** Each command's name in Marionette, then its method and path in WebDriver. */
const COMMANDS = {
  navigate: ['Navigate', 'POST', '/url'],
  execute: ['ExecuteScript', 'POST', '/execute/sync'],
  find: ['FindElement', 'POST', '/element'],
  click: ['ElementClick', 'POST', '/element/:id/click'],
  act: ['PerformActions', 'POST', '/actions'],
  frame: ['SwitchToFrame', 'POST', '/frame'],
  windows: ['GetWindowHandles', 'GET', '/window/handles'],
  window: ['SwitchToWindow', 'POST', '/window'],
  closeWindow: ['CloseWindow', 'DELETE', '/window'],
} as const

type Command = keyof typeof COMMANDS
type Send = (name: Command, given?: Record<string, unknown>) => Promise<unknown>

/** Key by which WebDriver's JSON marks an element's id. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'

export interface Driver {
  send: Send
  /** @param selector CSS @returns the element's id; throws if there is no such element */
  find(selector: string): Promise<string>
  /** Presses the middle of the element with the mouse. */
  press(selector: string): Promise<void>
  /** Enters the frame that the selector matches; null returns to the page. */
  enter(selector: string | null): Promise<void>
  run<Result>(script: string): Promise<Result>
  close(): Promise<void>
}

export async function openDriver(name: OtherBrowser): Promise<Driver> {
  const port = await freePort()
  const window = openWindow(name, port)
  const connected = name === 'firefox' ? marionette : webDriver
  const send = await connected(window.browser, port).catch(async (thrown) => {
    await closeWindow(window)
    throw thrown
  })
  const find = async (value: string) => {
    const found = await send('find', { using: 'css selector', value })
    return (found as Record<string, string>)[ELEMENT]
  }
  return {
    send,
    find,
    press: async (selector) => void (await send('click', { id: await find(selector) })),
    async enter(selector) {
      const element = selector && (await find(selector))
      if (element === null) await send('frame', { id: null })
      else if (name === 'firefox') await send('frame', { element })
      else await send('frame', { id: { [ELEMENT]: element } })
    },
    run: (script) => send('execute', { script, args: [] }) as Promise<never>,
    close: () => closeWindow(window),
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Calls `look` until it finds something, because a browser takes time to start. */
async function until<Found>(browser: ChildProcess, look: () => Found | null | Promise<Found>) {
  for (;;) {
    if (browser.exitCode !== null) throw new Error(`The browser ended: ${browser.exitCode}`)
    const found = await Promise.resolve()
      .then(look)
      .catch(() => null)
    if (found !== null) return found
    await wait(200)
  }
}

async function marionette(browser: ChildProcess, port: number): Promise<Send> {
  const socket = await until(browser, async () => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  })
  socket.on('error', () => undefined).unref()
  const waiting = new Map<number, (error: { message: string } | null, value: unknown) => void>()
  let unread = Buffer.alloc(0)
  socket.on('data', (bytes) => {
    unread = Buffer.concat([unread, bytes])
    for (;;) {
      const colon = unread.indexOf(':')
      const length = Number(unread.subarray(0, colon))
      if (colon < 0 || unread.length < colon + 1 + length) return
      const message = JSON.parse(unread.subarray(colon + 1, colon + 1 + length).toString())
      unread = unread.subarray(colon + 1 + length)
      if (Array.isArray(message)) waiting.get(message[1])?.(message[2], message[3])
    }
  })
  let last = 0
  const ask = (name: string, given: Record<string, unknown>) =>
    new Promise<unknown>((resolve, reject) => {
      const text = JSON.stringify([0, ++last, `WebDriver:${name}`, given])
      waiting.set(last, (error, value) => {
        if (error) return reject(new Error(`${name}: ${error.message}`))
        const isBare = Array.isArray(value) || value === null
        resolve(isBare ? value : (value as { value: unknown }).value)
      })
      socket.write(`${Buffer.byteLength(text)}:${text}`)
    })
  await ask('NewSession', {})
  return (name, given = {}) => ask(COMMANDS[name][0], given)
}

async function webDriver(browser: ChildProcess, port: number): Promise<Send> {
  const home = `http://127.0.0.1:${port}`
  const ask = async (method: string, path: string, given: Record<string, unknown>) => {
    const answer = await fetch(`${home}/session${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: method === 'POST' ? JSON.stringify(given) : undefined,
    })
    const { value } = (await answer.json()) as { value: unknown }
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(value)}`)
    return value
  }
  await until(browser, () => fetch(`${home}/status`))
  const options = { binary: requireBrowser('webkit'), args: ['--automation'] }
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } }
  const { sessionId } = (await ask('POST', '', { capabilities })) as { sessionId: string }
  return (name, { id = null, ...given } = {}) => {
    const [, method, path] = COMMANDS[name]
    const rest = path.includes(':id') ? given : { id, ...given }
    return ask(method, `/${sessionId}${path.replace(':id', String(id))}`, rest)
  }
}
