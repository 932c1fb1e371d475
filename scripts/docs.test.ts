import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { costOf, noiseOverUpdate } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { beyondLimits } from '@nearside/aggregate/protocol/beyondLimits.ts'
import { DEMO_PARAMETERS, SHOP_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { DEMONSTRATION_LIMITS, DEVICE_LIMITS } from '@nearside/aggregate/protocol/deviceLimits.ts'
import { parseParameters } from '@nearside/aggregate/protocol/policy.ts'
import { runProgram } from '@nearside/cli/program.ts'
import { SERVER_COMMANDS } from '@nearside/cli/serverCommands.ts'
import { TOOL_COMMANDS } from '@nearside/cli/toolCommands.ts'
import { SHARED_LENGTH } from '@nearside/core/learning/sharedUpdate.ts'
import { describe, expect, test } from 'vitest'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const BUILT = /^(node_modules|dist|var|release|screenshots|test-results|\.(?!ci).*)$/

/** Paths of the checkout's files and folders; a folder's path ends with a slash. */
const PATHS = readdirSync(ROOT, { withFileTypes: true })
  .filter(({ name }) => !BUILT.test(name))
  .flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name]
    const inside = readdirSync(join(ROOT, entry.name), { withFileTypes: true, recursive: true })
    return [
      `${entry.name}/`,
      ...inside.map((found) => {
        const path = join(found.parentPath, found.name).slice(ROOT.length + 1)
        return found.isDirectory() ? `${path}/` : path
      }),
    ]
  })
  .filter((path) => !path.includes('node_modules/'))

/** The build and `npm run api` generate this file; it isn't committed. */
const API = 'docs/API.md'

const DOCUMENTS = PATHS.filter((path) => path.endsWith('.md') && path !== API).map((path) => ({
  path,
  text: readFileSync(join(ROOT, path), 'utf8'),
}))

const { exports, scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>
  scripts: Record<string, string>
}

const NPM = new Set(['install', 'ci', 'pack', 'create'])

const COMMANDS = new Map(
  await Promise.all(
    Object.entries({
      ...TOOL_COMMANDS,
      ...SERVER_COMMANDS,
      bench: () => import('@nearside/cli/commands/bench.ts'),
    }).map(async ([name, load]) => [name, (await load()).command] as const),
  ),
)

/** Pieces of code in a document: inline code, and the lines of code blocks. */
function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```.*\n([\s\S]*?)^```/gm)].map(([, block]) => block)
  const prose = text.replace(/^```.*\n[\s\S]*?^```/gm, '').replaceAll(/\\\n */g, ' ')
  return [
    ...[...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code),
    ...[...prose.matchAll(/^ {4}(.*)$/gm)].map(([, code]) => code),
    ...blocks.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n')),
  ]
}

const TOP = new Set(PATHS.map((path) => path.split('/')[0]))
/** Folders of `src/`: documents name paths in them without `src/`. */
const LAYERS = new Set(PATHS.flatMap((path) => /^src\/([^/]+)\//.exec(path)?.[1] ?? []))

/** Whether text in code quotes is a path from the root or from `src/`, or a module's file name. */
function isPath(code: string): boolean {
  if (/[\s<>{}("'…]/.test(code)) return false
  if (/^[\w.]+\.(ts|tsx|mjs)$/.test(code)) return true
  const [first, ...rest] = code.split('/')
  return rest.length > 0 && !code.startsWith('nearside/') && (TOP.has(first) || LAYERS.has(first))
}

function exists(code: string): boolean {
  const pattern = code.replace(/[.+^$()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')
  const wanted = new RegExp(`^(src/|.*/)?${pattern}/?$`)
  return PATHS.some((path) => wanted.test(path))
}

/** Paths that aren't committed, because a command or the document's reader makes them. */
const MADE = /^(dist|docs\/API\.md|public\/(catalog\/images|models)|screenshots|var)\b/

describe('names in documents exist', () => {
  test.each(DOCUMENTS)('$path: files and folders that the document names exist', ({ text }) => {
    const gone = codeOf(text).filter((code) => isPath(code) && !MADE.test(code) && !exists(code))
    expect(gone).toEqual([])
  })

  test.each(DOCUMENTS)('$path: links to files and headings lead somewhere', ({ path, text }) => {
    const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link]) => link)
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [file, anchor] = link.split('#')
        const target = file === '' ? path : normalize(join(dirname(path), file))
        if (!PATHS.some((known) => known === target || known === `${target.replace(/\/$/, '')}/`))
          return true
        if (anchor === undefined) return false
        return !headingsOf(readFileSync(join(ROOT, target), 'utf8')).includes(anchor)
      })
    expect(broken).toEqual([])
  })

  // The change log is left out, because it also names removed entry points and options.
  const current = DOCUMENTS.filter(({ path }) => path !== 'CHANGELOG.md')
  test.each(current)(
    '$path: entry points of the package that the document names exist',
    ({ text }) => {
      const named = codeOf(text).flatMap(
        (code) => code.match(/(?<=['"`]|^)nearside\/[\w.-]+/g) ?? [],
      )
      const unknown = named.filter((entry) => !(entry.replace('nearside', '.') in exports))
      // The worker's file is a file that a shop serves, not an entry point.
      expect(unknown.filter((entry) => entry !== 'nearside/worker.js')).toEqual([])
    },
  )

  test.each(current)('$path: commands and options that the document names exist', ({ text }) => {
    const wrong = codeOf(text).flatMap((code) => {
      const run = [...code.matchAll(/\bnpm (?:run (?:-s )?)?(\w[\w-]*)/g)].map(
        ([, script]) => script,
      )
      const unknown = run.filter((script) => !NPM.has(script) && !(script in scripts))
      return [...unknown, ...misused(code)]
    })
    expect(wrong).toEqual([])
  })

  test.each(DOCUMENTS)('$path: `nearside` accepts each command line', async ({ text }) => {
    const lines = codeOf(text).flatMap(typed)
    const refused = await Promise.all(lines.map(refusal))
    expect(refused.filter(Boolean)).toEqual([])
  })

  const deploying = readFileSync(join(ROOT, 'docs/DEPLOYING.md'), 'utf8')

  test('DEPLOYING: each ε in the table equals the ε that devices compute', () => {
    const cell = (text: string) => Number(text.trim().replaceAll(',', ''))
    const rows = [...deploying.matchAll(/^\| [\d,]+ \| [\d.]+ \| 1e-\d+ \|.*\|$/gm)].map(([row]) =>
      row.split('|').slice(1, -1).map(cell),
    )
    expect(rows.length).toBeGreaterThan(5)
    for (const [goal, noiseMultiplier, delta, ...said] of rows) {
      const costs = [1, 4, 12].map(
        (maxParticipations) =>
          costOf({ noiseMultiplier, delta, maxParticipations, periodDays: 365 }).year,
      )
      const left = (Math.SQRT2 * noiseOverUpdate(noiseMultiplier, SHARED_LENGTH)) / goal
      expect(said).toEqual([...costs.map((x) => Number(x.toFixed(2))), Number(left.toFixed(4))])
      expect(delta).toBeLessThanOrEqual(1e-6)
      // Servers and devices reject a δ above 1/n², where n is the number of updates in a round.
      expect(delta).toBeLessThanOrEqual((1 + 1e-9) / goal ** 2)
    }
  })

  test('the terms in DEPLOYING’s example equal SHOP_PARAMETERS, and devices accept them', () => {
    const [, json] = /```json\n(\{\n {2}"task"[\s\S]*?)```/.exec(deploying) ?? []
    const terms = parseParameters(JSON.parse(json))
    expect(terms).toEqual(SHOP_PARAMETERS)
    expect(beyondLimits(terms, DEVICE_LIMITS)).toBeNull()
    expect(beyondLimits(DEMO_PARAMETERS, DEVICE_LIMITS)).not.toBeNull()
    expect(beyondLimits(DEMO_PARAMETERS, DEMONSTRATION_LIMITS)).toBeNull()
  })

  test('every test that the table of faults names exists', () => {
    const table = readFileSync(join(ROOT, 'docs/results/faults.md'), 'utf8')
    const named = [...table.matchAll(/`([\w./]+\.(?:test|spec)\.ts)`(?:: ((?:“[^”]+”(?:, )?)+))?/g)]
    const gone = named.flatMap(([, file, names = '']) => {
      const text = existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : ''
      const all = [...names.matchAll(/“([^”]+)”/g)].map(([, name]) => name)
      return ['import', ...all]
        .filter((name) => !text.includes(name))
        .map((name) => `${file} ${name}`)
    })
    expect(named.length).toBeGreaterThan(30)
    expect(gone).toEqual([])
  })

  const deployed = PATHS.filter((path) => /^docs\/deploy\/.*\.(service|yaml)$/.test(path))
  test.each(deployed)('%s: `serve` accepts the file’s command lines', async (path) => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    const commands =
      text
        .replaceAll(/\\\n +/g, '')
        .replaceAll(/\n {6}(?=-)/g, ' ')
        .replaceAll('%i', '8791')
        .replaceAll(
          /\$(STORE|SIGNING)\b/g,
          (_, name) => RegExp(`${name}="(.*)"`).exec(text)?.[1] ?? '',
        )
        .replaceAll('publisher KEY', `publisher ${'A'.repeat(43)}=`)
        .match(/\bserve --.*/g) ?? []
    expect(commands.length).toBeGreaterThan(0)
    const wordsOf = (line: string) =>
      Array.from(line.matchAll(/"([^"]*)"|\S+/g), ([word, quoted]) => quoted ?? word)
    const refused = await Promise.all(commands.map((line) => refusal(wordsOf(line))))
    expect(refused.filter(Boolean)).toEqual([])
  })

  test('a command line with a wrong or missing option is found', async () => {
    expect(
      typed('npm run -s nearside -- serve --role leader --operator Shop --policy demo # why'),
    ).toEqual([['serve', '--role', 'leader', '--operator', 'Shop', '--policy', 'demo']])
    expect(await refusal(['serve', '--role', 'leader', '--port', 'eighty'])).toMatch(/--port/)
    expect(await refusal(['keys'])).toMatch(/--key/)
    const given = ['serve', '--role', 'leader', '--operator', 'Shop', '--policy', 'demo']
    expect(await refusal(given)).toBe('')
  })
})

test('README and docs together have at most 40,000 words', () => {
  const counted = DOCUMENTS.filter(({ path }) => /^README\.md$|^docs\//.test(path))
  const words = counted.map(({ text }) => text.split(/\s+/).filter(Boolean).length)
  expect(counted.length).toBeGreaterThan(20)
  expect(words.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(40_000)
})

test('each line that names PINE calls it an unaudited draft', () => {
  const script = {
    path: 'tools/verify.py',
    text: readFileSync(join(ROOT, 'tools/verify.py'), 'utf8'),
  }
  const named = [...DOCUMENTS, script].flatMap(({ path, text }) =>
    text.split('\n').flatMap((line) => (/\bPINE\b/.test(line) ? [{ path, line }] : [])),
  )
  expect(named.length).toBeGreaterThan(4)
  const wanted = /draft[^.]{0,30}\bunaudited\b/
  expect(named.filter(({ line }) => !wanted.test(line))).toEqual([])
})

/** Arguments as a shell passes them; empty if the line has placeholders. */
function typed(line: string): string[][] {
  const [, rest] =
    /^(?:npm run -s |npx )?nearside (?:-- )?(\w[\w-]* .*)$/.exec(line.replace(/ #.*$/, '')) ?? []
  if (rest === undefined || /[…<>[\]|$"']/.test(rest)) return []
  const argv = rest.trim().split(/\s+/)
  // `nearside evaluate --arms base` inside a sentence only names an option, so it isn't checked as a whole command
  // line.
  const isWhole = line.startsWith('np') || argv.includes('--shop') || argv.includes('--orders')
  return COMMANDS.has(argv[0]) && isWhole ? [argv] : []
}

/** Reason why the command rejects the arguments; the command does not run. */
async function refusal(argv: readonly string[]): Promise<string> {
  const { syntax } = COMMANDS.get(argv[0])!
  const context = {
    progress: { update() {}, clear() {} },
    print() {},
    signal: new AbortController().signal,
  }
  try {
    await runProgram('nearside', [{ syntax, run: async () => null }], argv, context)
    return ''
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    return code?.startsWith('commander.help') ? '' : `${argv.join(' ')}: ${message}`
  }
}

/** A document's headings, in the form of GitHub's anchors. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** Options in `nearside COMMAND --option …` that `--help` doesn't list. */
function misused(code: string): string[] {
  const names = [...COMMANDS.keys()].join('|')
  const call = new RegExp(
    `(?:(?<!["\\w-])nearside (?:-- )?(\\w[\\w-]*)|^(${names}))(?= |$)(.*)`,
  ).exec(code.replace(/ #.*$/, ''))
  if (!call) return []
  const [, called, alone, rest] = call
  const command = COMMANDS.get(called ?? alone)
  if (!command) return [code]
  const known = command.syntax.options.map(({ long }) => long)
  return [...rest.matchAll(/(?<= )--[a-z][\w-]*/g)]
    .map(([option]) => option)
    .filter((option) => !known.includes(option) && option !== '--help')
    .map((option) => `${command.syntax.name()} ${option}`)
}
