/** @module `npm create nearside`: takes the answers from the command line or from a person, and writes the project. */
import { parseArgs } from 'node:util'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { createProject, FRAMEWORKS, type Framework, requireEmpty, requireFile } from './project.ts'

const NAMES = Object.keys(FRAMEWORKS).join(', ')
const USAGE = `usage: npm create nearside -- [FOLDER] [options]

Writes a shop's project into a new folder: one of Nearside's examples, and a script that trains a model from
your files. It asks for what isn't given.

  --framework NAME   ${NAMES}
  --catalog FILE     your products, in any form that nearside import reads
  --orders FILE      your orders, or the word none: then the products alone make the model
  --consent yes|no   whether the page asks shoppers before it stores anything`

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
const readConsent: Read<boolean> = (answer) => {
  if (/^(y|yes|no?)$/i.test(answer)) return /^y/i.test(answer)
  throw invalidInput(`'${answer}' is neither yes nor no`)
}

/**
 * @param ask function that asks a person; null if nobody can answer
 * @throws NearsideError `input-invalid`, TypeError for an unknown option
 */
export async function runCreate(
  argv: readonly string[],
  ask: Ask | null,
  print: (line: string) => void,
): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      framework: { type: 'string' },
      catalog: { type: 'string' },
      orders: { type: 'string' },
      consent: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return print(USAGE)
  if (positionals.length > 1) throw invalidInput(`give one folder, not ${positionals.join(' ')}`)
  /** The answer from the command line, or from a person. After a wrong answer the program repeats the question. */
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
  const steps = await createProject({
    folder: await answer('a folder', positionals[0], 'Name of the new folder?', readFolder),
    framework: await answer('--framework', framework, `Framework (${NAMES})?`, readFramework),
    catalog: await answer('--catalog', catalog, 'File of your products?', requireFile),
    orders: await answer('--orders', orders, 'File of your orders (empty: none)?', readOrders),
    asks: await answer(
      '--consent',
      consent,
      'Ask shoppers before anything is stored (yes, no)?',
      readConsent,
    ),
  })
  print(['', ...steps.map((step) => `  ${step}`)].join('\n'))
}
