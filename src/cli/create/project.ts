/** @module Writes a project around one of the example shops. */
import { cp, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { invalidInput } from '@nearside/core/error.ts'

/** Frameworks of the examples, each with the commands to run before its script `start`. */
export const FRAMEWORKS = {
  'vite-react': [],
  vue: [],
  next: ['npm run build'],
  html: ['npm run build'],
} as const
export type Framework = keyof typeof FRAMEWORKS

export interface Project {
  readonly folder: string
  readonly framework: Framework
  /** File of products, in any form that `nearside import` reads. */
  readonly catalog: string
  /** File of orders; null: the model is made from the products alone. */
  readonly orders: string | null
  readonly asks: boolean
}

/** Commands that install, train and serve a new project, in this order. The last one prints the page's address. */
export const commandsOf = (framework: Framework): readonly string[] => [
  'npm install',
  // Trains the model and publishes it.
  'npm run shop',
  ...FRAMEWORKS[framework],
  'npm start',
]

/** Folder in the root of the repository, and of the published package. */
const EXAMPLES = new URL('../../../examples/', import.meta.url)
export const PACKAGE = new URL('../../../package.json', import.meta.url)

/** Web server for the plain HTML project; the frameworks have their own. */
const SERVER = { scripts: { start: 'serve public' }, devDependencies: { serve: '14.2.7' } }

/** Files of an example that a project doesn't get: results of builds, and the example's lock file. */
const MADE =
  /[\\/](node_modules|dist|\.next|package-lock\.json|public[\\/](catalog|models|nearside))$/
/** Characters that a shell interprets even within quotation marks. */
const SPECIAL = /["$`%!\n]/
/** Lines of an example that make its page store data without asking. */
const STORES_ALWAYS = /^ *\/\/ A shop that asks[^\n]*\n *persist: 'always',\n/m

/** @throws NearsideError `input-invalid` unless the folder is new or empty */
export async function requireEmpty(folder: string): Promise<void> {
  const found = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw invalidInput(`${folder} is no folder`, cause)
  })
  if (found.length > 0) throw invalidInput(`${folder} isn't empty: give the name of a new folder`)
}

/** @throws NearsideError `input-invalid` if the file is missing, or a script can't contain its path */
export async function requireFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => null)
  if (!found?.isFile()) throw invalidInput(`there is no file ${path}`)
  if (SPECIAL.test(resolve(path)))
    throw invalidInput(`rename ${path}: a script can't contain that name`)
  return path
}

/**
 * Writes the project into a folder that is new or empty. The shop's files stay where they are, because orders must not
 * get into a repository.
 * @throws NearsideError `input-invalid` if the folder can't be written
 */
export async function createProject(project: Project): Promise<void> {
  const { folder, framework, asks } = project
  await mkdir(folder, { recursive: true })
  try {
    await cp(new URL(framework, EXAMPLES), folder, {
      recursive: true,
      filter: (path) => !MADE.test(path),
    })
    await changeSources(folder, asks)
    await writePackage(project)
    const ignored = ['node_modules', 'dist', '.next', 'data', 'public/nearside']
    await writeFile(join(folder, '.gitignore'), `${ignored.join('\n')}\n`)
  } catch (cause) {
    for (const name of await readdir(folder))
      await rm(join(folder, name), { recursive: true, force: true })
    throw invalidInput(`${folder} can't be written`, cause)
  }
}

/** Makes the sources read the files that `publish` writes to `public/`, and store nothing without consent if `asks`. */
async function changeSources(folder: string, asks: boolean): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/\.(js|tsx?|vue)$/.test(name)) continue
    const path = join(folder, name)
    const text = await readFile(path, 'utf8')
    const changed = text.replaceAll('catalog/catalog.json', 'catalog.json')
    await writeFile(path, asks ? changed.replace(STORES_ALWAYS, '') : changed)
  }
}

async function writePackage({ folder, framework, catalog, orders }: Project): Promise<void> {
  const path = join(folder, 'package.json')
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8'))
  const manifest = JSON.parse(await readFile(path, 'utf8'))
  // If `folder` is a link, npm runs the script in the link's target, so relative paths start there.
  const from = await realpath(folder)
  const named = (file: string) => `"${relative(from, file).replaceAll('\\', '/')}"`
  const steps =
    orders === null
      ? [
          `nearside pretrain --catalog ${named(catalog)} --out data/models`,
          `nearside publish --model data/models --catalog ${named(catalog)} --out public`,
        ]
      : [
          `nearside import --orders ${named(orders)} --catalog ${named(catalog)} --out data/shop`,
          'nearside pretrain --shop data/shop --out data/models',
          'nearside publish --model data/models --shop data/shop --out public',
        ]
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+/, '')
  const server = framework === 'html' ? SERVER : null
  const whole = {
    ...manifest,
    name: name || 'shop',
    scripts: { shop: steps.join(' && '), ...manifest.scripts, ...server?.scripts },
    dependencies: { ...manifest.dependencies, nearside: version },
    devDependencies: {
      ...manifest.devDependencies,
      'nearside-tools': version,
      ...server?.devDependencies,
    },
  }
  await writeFile(path, `${JSON.stringify(whole, null, 2)}\n`)
}
