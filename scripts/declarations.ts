/** @module Reads which names declaration files export, and finds each name's declaration and docstring. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Comment, parseSync } from 'oxc-parser'

export interface Declared {
  readonly name: string
  /** Docstring as Markdown; empty if there is none. */
  readonly doc: string
  /** Declaration, including its members' docstrings. */
  readonly code: string
  /** Names of the export and its members that lack a docstring. */
  readonly undocumented: readonly string[]
}

interface Entry {
  readonly name: string
  readonly doc: string
  readonly declared: readonly Declared[]
}

/** Messages between page and worker are internal, so their types are not part of the API. */
const INNER = 'worker'

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

interface Statement {
  /** Node after the docstring, e.g. the export statement around the declaration. */
  readonly outer: Node
  readonly declaration: Node
}

interface File {
  readonly path: string
  readonly text: string
  readonly comments: readonly Comment[]
  readonly local: ReadonlyMap<string, readonly Statement[]>
  /** Names from other files: imported, or re-exported. */
  readonly foreign: ReadonlyMap<string, { readonly path: string; readonly name: string }>
  /** Exported name → name of the exported declaration, local or from another file; in the file's order. */
  readonly exported: ReadonlyMap<string, string>
}

interface Place {
  readonly file: File
  readonly name: string
  readonly statements: readonly Statement[]
}

/**
 * @param folder folder of `.d.ts` files
 * @returns each entry's exports, and the types that these exports mention but no entry exports
 */
export function readDeclarations(
  folder: string,
  entries: readonly string[],
): { readonly entries: readonly Entry[]; readonly mentioned: readonly Declared[] } {
  const files = new Map<string, File>()
  const open = (path: string): File => {
    const file = files.get(path) ?? readFile(path)
    files.set(path, file)
    return file
  }
  const find = (file: File, name: string): Place | null => {
    const statements = file.local.get(name)
    if (statements) return { file, name, statements }
    const foreign = file.foreign.get(name)
    if (!foreign || !existsSync(foreign.path)) return null
    const next = open(foreign.path)
    return find(next, next.exported.get(foreign.name) ?? foreign.name)
  }
  const keyOf = ({ file, name }: Place) => `${file.path} ${name}`
  const seen = new Set<string>()
  const places: Place[] = []
  const read = entries.map((entry) => {
    const file = open(join(folder, `${entry}.d.ts`))
    const own = [...file.exported].map(([name, local]) => {
      const place = find(file, local)
      if (!place) throw new Error(`${entry}: no declaration of ${name} was found`)
      return { name, place }
    })
    for (const { place } of own) seen.add(keyOf(place))
    if (entry !== INNER) places.push(...own.map(({ place }) => place))
    return { name: entry, doc: moduleDoc(file), declared: own.map((one) => describe(one)) }
  })
  const mentioned: Declared[] = []
  for (const { file, statements } of places)
    for (const name of statements.flatMap(({ declaration }) => mentionedIn(declaration))) {
      const place = find(file, name)
      if (!place || seen.has(keyOf(place))) continue
      seen.add(keyOf(place))
      mentioned.push(describe({ name: place.name, place }))
    }
  return { entries: read, mentioned: mentioned.sort((a, b) => (a.name < b.name ? -1 : 1)) }
}

function readFile(path: string): File {
  const text = readFileSync(path, 'utf8')
  const { program, comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  const local = new Map<string, Statement[]>()
  const foreign = new Map<string, { path: string; name: string }>()
  const exported = new Map<string, string>()
  const resolve = (source: Node) =>
    join(dirname(path), String(source.value).replace(/\.(tsx?|js)$/, '.d.ts'))
  const declare = (outer: Node, declaration: Node): string[] => {
    const names =
      declaration.type === 'VariableDeclaration'
        ? (declaration.declarations as Node[]).map(({ id }) => nameOf(id))
        : [nameOf(declaration.id)]
    for (const name of names) local.set(name, [...(local.get(name) ?? []), { outer, declaration }])
    return names
  }
  for (const node of program.body as unknown as Node[]) {
    const specifiers = (node.specifiers ?? []) as Node[]
    if (node.type === 'ImportDeclaration') {
      for (const { imported, local: own } of specifiers)
        if (imported)
          foreign.set(nameOf(own), { path: resolve(node.source as Node), name: nameOf(imported) })
    } else if (node.type === 'ExportNamedDeclaration') {
      if (node.declaration)
        for (const name of declare(node, node.declaration as Node)) exported.set(name, name)
      for (const { local: own, exported: as } of specifiers) {
        exported.set(nameOf(as), nameOf(as))
        if (node.source)
          foreign.set(nameOf(as), { path: resolve(node.source as Node), name: nameOf(own) })
        else exported.set(nameOf(as), nameOf(own))
      }
    } else if ('id' in node || node.type === 'VariableDeclaration') declare(node, node)
  }
  return { path, text, comments, local, foreign, exported }
}

function nameOf(id: unknown): string {
  return (id as { name?: string }).name ?? ''
}

function describe({ name, place }: { name: string; place: Place }): Declared {
  const { file, statements } = place
  const docs = statements.map(({ outer }) => docBefore(file, outer.start)).filter(Boolean)
  const members = statements.flatMap(({ declaration }) => membersOf(declaration))
  return {
    name,
    doc: docs.map(markdown).join('\n\n'),
    code: statements
      .map(({ declaration: { start, end } }) => tidy(file.text.slice(start, end)))
      .join('\n'),
    undocumented: [
      ...(docs.length > 0 ? [] : [name]),
      ...members
        .filter(({ start }) => docBefore(file, start) === '')
        .map(({ key }) => `${name}.${nameOf(key)}`),
    ],
  }
}

/**
 * Members of interfaces, object types and classes that need a docstring of their own. Members nested in another member,
 * a constant, a function's types or a union need none: the docstring of the whole covers them.
 */
function membersOf(node: Node): Node[] {
  if (isMember(node)) return [node]
  return WHOLES.has(node.type) ? [] : children(node).flatMap(membersOf)
}

const WHOLES = new Set([
  'VariableDeclaration',
  'TSDeclareFunction',
  'MethodDefinition',
  'TSUnionType',
  'TSIntersectionType',
])

const MEMBERS = new Set([
  'TSPropertySignature',
  'TSMethodSignature',
  'PropertyDefinition',
  'MethodDefinition',
])

/** Members that need no docstring, because the JavaScript or DOM standard defines them. */
const BROWSERS = new Set([
  'constructor',
  'connectedCallback',
  'disconnectedCallback',
  'attributeChangedCallback',
  'observedAttributes',
])

function isMember(node: Node): boolean {
  if (!MEMBERS.has(node.type) || node.accessibility === 'private') return false
  return (node.key as Node).type === 'Identifier' && !BROWSERS.has(nameOf(node.key))
}

function mentionedIn(node: Node): string[] {
  const names = node.type === 'TSTypeReference' ? [nameOf(node.typeName)] : []
  const heirs = [node.extends, node.superClass].flat() as (Node | null | undefined)[]
  for (const heir of heirs) if (heir?.expression) names.push(nameOf(heir.expression))
  return [...names, ...children(node).flatMap(mentionedIn)].filter(Boolean)
}

function children(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter(
      (value): value is Node => typeof value === 'object' && value !== null && 'type' in value,
    )
}

/** Text of the docstring that ends right before `position`. */
function docBefore({ comments, text }: File, position: number): string {
  const comment = comments.findLast(({ end }) => end <= position)
  if (comment?.type !== 'Block' || !comment.value.startsWith('*')) return ''
  if (text.slice(comment.end, position).trim() !== '' || comment.value.includes('@module'))
    return ''
  return comment.value
    .slice(1)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim()
}

function moduleDoc({ comments }: File): string {
  const comment = comments.find(({ value }) => value.includes('@module'))
  const lines = comment?.value.split('\n').map((line) => line.replace(/^\s*\*+ ?/, '')) ?? []
  return lines.join('\n').replace('@module', '').trim()
}

/** Converts a docstring's tags, such as `@throws`, to sentences. */
function markdown(doc: string): string {
  const [text, ...tags] = doc.split(/^@(?=\w)/m)
  const lines = tags.map((tag) => {
    const [, name, rest] = /^(\w+)\s*([\s\S]*)$/.exec(tag)!
    const said = rest.trim()
    if (name === 'param') return `- ${said.replace(/^[\w.]+/, '`$&`:')}`
    if (name === 'throws') return `Throws ${said}`
    if (name === 'returns') return `Returns ${said}`
    if (name === 'example') return `\`\`\`ts\n${said}\n\`\`\``
    return `See ${said}`
  })
  return [text.trim(), ...lines].filter(Boolean).join('\n\n')
}

/** Indents a declaration by two spaces, and drops semicolons and private members. */
function tidy(code: string): string {
  return code
    .split('\n')
    .filter((line) => !/^\s*(private |#private)/.test(line))
    .map((line) => line.replace(/^( {4})+/, (indent) => indent.slice(indent.length / 2)))
    .map((line) => (/^\s*\*/.test(line) ? line : line.replace(/;$/, '')))
    .join('\n')
    .replace(/^declare /, '')
}
