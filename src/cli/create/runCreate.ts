/** @module `npm create nearside`: takes the answers from the command line or from a person, and writes the project. */
import { parseArgs } from 'node:util'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import {
  commandsOf,
  createProject,
  FRAMEWORKS,
  type Framework,
  type Project,
  requireEmpty,
  requireFile,
} from './project.ts'

const NAMES = Object.keys(FRAMEWORKS).join(', ')
const USAGE = `usage: npm create nearside -- [FOLDER] [options]

Writes a shop's project into a new folder: one of Nearside's examples, and a script that trains a model from
your files. It asks for what isn't given. In a terminal it then installs the packages, trains the model, starts
the shop's server and opens the page.

  --framework NAME   ${NAMES}
  --catalog FILE     your products, in any form that nearside import reads
  --orders FILE      your orders, or the word none: then the products alone make the model
  --consent yes|no   whether the page asks shoppers before it stores anything; without this option it asks
  -i, --immediate    install and start without a terminal and in CI, too; opens no page there
  --no-immediate     only write the project`

type Ask = (question: string) => Promise<string> | undefined
type Read<T> = (answer: string) => T | Promise<T>

const readFolder: Read<string> = async (answer) => {
  if (answer === '') throw invalidInput('the folder needs a name')
  await requireEmpty(answer)
  return answer
}
const readFramework: Read<Framework> = (answer) => {
  if (Object.hasOwn(FRAMEWORKS, answer)) return answer as Framework
  throw invalidInput(`'${answer}' is none of ${NAMES}`)
}
const readOrders: Read<string | null> = (answer) =>
  answer === '' || answer === 'none' ? null : requireFile(answer)
const readConsent = (answer: string): boolean => {
  if (/^(y|yes|no?)$/i.test(answer)) return /^y/i.test(answer)
  throw invalidInput(`'${answer}' is neither yes nor no`)
}

/**
 * @param ask function that asks a person; null if nobody can answer
 * @param starts whether to install and start the project if the command line doesn't say
 * @returns project to install and start; null: none
 * @throws NearsideError `input-invalid`, TypeError for an unknown option
 */
export async function runCreate(
  argv: readonly string[],
  ask: Ask | null,
  print: (line: string) => void,
  starts = false,
): Promise<Project | null> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    allowNegative: true,
    options: {
      framework: { type: 'string' },
      catalog: { type: 'string' },
      orders: { type: 'string' },
      consent: { type: 'string', default: 'yes' },
      immediate: { type: 'boolean', short: 'i', default: starts },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    print(USAGE)
    return null
  }
  if (positionals.length > 1) throw invalidInput(`give one folder, not ${positionals.join(' ')}`)
  /** Takes an answer from the command line, or asks a person until the answer is valid. */
  const answer = async <T>(
    name: string,
    given: string | undefined,
    question: string,
    read: Read<T>,
  ) => {
    if (given !== undefined) return read(given)
    if (!ask) throw invalidInput(`give ${name} (see --help), because there is no terminal to ask`)
    for (;;) {
      const typed = (await ask(`${question} `)) ?? ''
      try {
        return await read(typed.trim())
      } catch (error) {
        if (!(error instanceof NearsideError)) throw error
        print(error.message)
      }
    }
  }
  const { framework, catalog, orders, consent } = values
  const asks = readConsent(consent)
  const project: Project = {
    folder: await answer('a folder', positionals[0], 'Name of the new folder?', readFolder),
    framework: await answer('--framework', framework, `Framework (${NAMES})?`, readFramework),
    catalog: await answer('--catalog', catalog, 'File of your products?', requireFile),
    orders: await answer('--orders', orders, 'File of your orders (empty: none)?', readOrders),
    asks,
  }
  await createProject(project)
  if (asks)
    print(
      'The page stores nothing before your notice calls personalizer.setPersist(true). With --consent no it stores without asking.',
    )
  if (values.immediate) return project
  const steps = [`cd ${JSON.stringify(project.folder)}`, ...commandsOf(project.framework)]
  print(`\nNow run these commands; the last one prints the page's address:\n`)
  print(steps.map((step) => `  ${step}`).join('\n'))
  return null
}
