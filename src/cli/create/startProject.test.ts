import { ChildProcess } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { commandsOf, FRAMEWORKS, type Framework } from './project.ts'
import { startProject } from './startProject.ts'

const FOLDER = '/projects/shop'
const isOpener = (command: string) => /^(start|open|xdg-open) /.test(command)

interface Ending {
  readonly prints?: readonly string[]
  readonly code?: number
  readonly signal?: NodeJS.Signals
  readonly error?: Error
}

/** Fake computer: a command prints and ends as its entry in `endings` says; a command without an entry succeeds. */
function machine(endings: Readonly<Record<string, Ending>>, opens = true) {
  const commands: string[] = []
  /** Options of the commands that open a browser. */
  const openers: object[] = []
  let text = ''
  return {
    commands,
    openers,
    printed: () => text,
    opens,
    write: (more: string) => {
      text += more
    },
    spawn: (command: string, options: object) => {
      commands.push(command)
      const isOwn = isOpener(command)
      if (isOwn) openers.push(options)
      expect(options).toMatchObject({ shell: true, ...(!isOwn && { cwd: FOLDER }) })
      const { prints = [], code = 0, signal = null, error } = endings[command] ?? {}
      const stdout = new PassThrough()
      const child = Object.assign(new ChildProcess(), { stdout })
      setImmediate(() => {
        if (error) return child.emit('error', error)
        for (const chunk of prints) stdout.emit('data', Buffer.from(chunk))
        return child.emit('close', signal ? null : code, signal)
      })
      return child
    },
  }
}

test.each([
  ['vite-react', '  \u001b[32m➜\u001b[39m  Local:   http://localhost:\u001b[1m5174\u001b[22m/\n'],
  ['vue', '  ➜  Local:   http://localhost:5174/\n  ➜  Network: use --host to expose\n'],
  ['next', '- Local:         http://localhost:5174\n✓ Ready in 300ms\n'],
  ['html', ' INFO  Accepting connections at http://localhost:5174\n'],
] as const)(
  '%s: installs, trains, serves, and opens the printed address once',
  async (framework, printed) => {
    // The address is printed in two pieces, and then once more as a whole.
    const cut = printed.indexOf('5174') + 2
    const prints = [printed.slice(0, cut), printed.slice(cut), printed]
    const commands = commandsOf(framework)
    const endings = { 'npm start': { prints } }
    const one = machine(endings)
    expect(await startProject({ folder: FOLDER, framework }, one)).toBeNull()
    const opened = one.commands.filter(isOpener).map((command) => command.split(' ')[1])
    expect(opened).toEqual(['http://localhost:5174'])
    // Ctrl-C ends the server's process group, to which the browser must not belong.
    expect(one.openers).toMatchObject([{ detached: process.platform !== 'win32' }])
    expect(one.commands.filter((command) => !isOpener(command))).toEqual(commands)
    expect(one.printed()).toContain(prints.join(''))

    const quiet = machine(endings, false)
    expect(await startProject({ folder: FOLDER, framework }, quiet)).toBeNull()
    expect(quiet.commands).toEqual(commands)
    expect(quiet.printed()).toContain(prints.join(''))
  },
)

test('on a computer without a browser, the server goes on', async () => {
  const missing = ['start', 'open', 'xdg-open'].map((name) => [
    `${name} http://localhost:5174`,
    { error: new Error('ENOENT') },
  ])
  const endings = { 'npm start': { prints: ['http://localhost:5174/'] } }
  const one = machine({ ...endings, ...Object.fromEntries(missing) })
  expect(await startProject({ folder: FOLDER, framework: 'vue' }, one)).toBeNull()
  expect(one.commands.filter(isOpener)).toHaveLength(1)
})

test.each(Object.keys(FRAMEWORKS) as Framework[])(
  '%s: after a command that fails, nothing else runs, and the message lists what is left',
  async (framework) => {
    const commands = commandsOf(framework)
    for (const [at, command] of commands.entries()) {
      for (const [ending, reason] of [
        [{ code: 7 }, 'exit code 7'],
        [{ signal: 'SIGKILL' }, 'SIGKILL'],
        [{ error: new Error('spawn ENOENT') }, 'ENOENT'],
      ] as const) {
        const one = machine({ [command]: ending })
        const failure = (await startProject({ folder: FOLDER, framework }, one)) ?? ''
        expect(one.commands).toEqual(commands.slice(0, at + 1))
        expect(failure.match(/(?<=^ {2})\S.*/gm)).toEqual(commands.slice(at))
        expect(failure).toContain(reason)
        expect(failure).toContain(FOLDER)
        // A failed installation also suggests local packages, because npm may lack the published ones.
        const packed = /npm install \.\/nearside-\d\S*\.tgz \.\/nearside-tools-\d\S*\.tgz$/m
        expect(packed.test(failure)).toBe(at === 0)
      }
    }
  },
)
