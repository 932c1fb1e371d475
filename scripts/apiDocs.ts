/**
 * @module `npm run api`: writes docs/API.md, a list of every name that the package's entry files export. The script
 * reads the names from the declarations that TypeScript emits for these files.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Declared, readDeclarations } from './declarations.ts'
import { makeTypesWhole } from './workspaces.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
export const API_FILE = join(ROOT, 'docs/API.md')

/** Entry files of the package, in the order in which a shop first uses them. */
const ENTRIES = [
  'index',
  'react',
  'element',
  'element-search',
  'search',
  'react-search',
  'ssr',
  'issuer',
  'adapters',
  'measure',
  'consent',
  'agents',
  'devtools',
  'console',
  'german',
  'worker',
  'vault',
]

export interface Api {
  readonly markdown: string
  /** Names and members without a docstring. */
  readonly undocumented: readonly string[]
  /** Packages that a shop's compiler needs to read the declarations. */
  readonly packages: readonly string[]
}

/** Generates the text of docs/API.md. This takes seconds, because it runs TypeScript. */
export function generateApi(): Api {
  const folder = mkdtempSync(join(tmpdir(), 'nearside-api-'))
  try {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const project = join(ROOT, 'tsconfig.lib.json')
    execFileSync(process.execPath, [tsc, '-p', project, '--outDir', folder], { stdio: 'inherit' })
    makeTypesWhole(folder)
    return apiOf(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param folder folder of the declarations that TypeScript wrote */
function apiOf(folder: string): Api {
  const { entries, mentioned } = readDeclarations(folder, ENTRIES)
  const sections = entries.map(({ name, doc, declared }) => section(title(name), doc, declared))
  if (mentioned.length > 0)
    sections.push(
      section(
        'Types without a name to import',
        'Types that the declarations above refer to.',
        mentioned,
      ),
    )
  const all = [...entries.flatMap(({ declared }) => declared), ...mentioned]
  return {
    markdown: `${[HEAD, ...sections].join('\n\n')}\n`,
    undocumented: all.flatMap(({ undocumented }) => undocumented),
    packages: packagesOf(ENTRIES.map((entry) => join(folder, `${entry}.d.ts`))),
  }
}

/** Writes docs/API.md from the declarations of a build. */
export function writeApi(folder: string): void {
  writeFileSync(API_FILE, apiOf(folder).markdown)
}

function packagesOf(files: readonly string[]): string[] {
  const reached = new Set(files)
  const packages = new Set<string>()
  for (const file of reached)
    for (const [, from] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()["']([^"']+)/g))
      if (from.startsWith('.')) reached.add(join(dirname(file), from.replace(/\.js$/, '.d.ts')))
      else if (!from.startsWith('nearside/')) packages.add(from)
  return [...packages]
}

const HEAD = `# API

Every name that the package exports, by entry. Generated from the types: \`npm run api\`.`

function title(entry: string): string {
  return entry === 'index' ? '`nearside`' : `\`nearside/${entry}\``
}

function section(heading: string, doc: string, declared: readonly Declared[]): string {
  return [`## ${heading}`, ...(doc ? [doc] : []), ...declared.map(describe)].join('\n\n')
}

function describe({ name, doc, code }: Declared): string {
  return [`### \`${name}\``, ...(doc ? [doc] : []), `\`\`\`ts\n${code}\n\`\`\``].join('\n\n')
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { markdown, undocumented } = generateApi()
  writeFileSync(API_FILE, markdown)
  for (const name of undocumented) console.error(`no docstring: ${name}`)
}
