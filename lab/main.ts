/** @module `npm run -s nearside-lab -- <experiment>`: answers one research question. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { NearsideError } from '../src/core/error.ts'
import { markdown, textLines } from '../src/evaluate/report/report.ts'
import type { Experiment } from './experiment.ts'

const EXPERIMENTS: Readonly<Record<string, () => Promise<{ experiment: Experiment }>>> = {
  learners: () => import('./learners/experiment.ts'),
  imbalance: () => import('./imbalance/experiment.ts'),
  strategies: () => import('./strategies/experiment.ts'),
  noise: () => import('./noise/experiment.ts'),
  'new-items': () => import('./newItems/experiment.ts'),
  'base-parts': () => import('./baseParts/experiment.ts'),
  'search-settings': () => import('./search/settings.ts'),
  'search-rooms': () => import('./search/rooms.ts'),
  'query-teaching': () => import('./search/teaching.ts'),
}

const OPTIONS = {
  shop: { type: 'string' },
  model: { type: 'string' },
  seed: { type: 'string' },
  protocol: { type: 'string', default: 'personal' },
  judgements: { type: 'string' },
  misclicks: { type: 'string' },
  json: { type: 'string' },
  markdown: { type: 'string' },
} as const

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv
  const load = EXPERIMENTS[name ?? '']
  if (!load) {
    const lines = await Promise.all(
      Object.entries(EXPERIMENTS).map(async ([one, open]) => {
        const { experiment } = await open()
        return `  ${one.padEnd(18)}${experiment.asks}`
      }),
    )
    console.log(
      `usage: nearside-lab <experiment> --shop DIR [options], see lab/README.md\n\n${lines.join('\n')}`,
    )
    return name === undefined || name.endsWith('help') ? 0 : 2
  }
  const { values } = parseArgs({ args: rest, options: OPTIONS })
  if (values.shop === undefined)
    throw new NearsideError('input-invalid', `${name} needs --shop DIR`)
  const seed = values.seed === undefined ? undefined : Number(values.seed)
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  const { experiment } = await load()
  let said = 0
  const { result, report } = await experiment.run(
    {
      question: {
        shop: values.shop,
        model: values.model ?? '',
        seed,
        protocol: values.protocol === 'leave-one-out' ? 'leave-one-out' : 'personal',
        popularity: 'nightly',
        now: Date.now(),
      },
      seed: seed ?? 1,
      option: (option) => values[option],
    },
    {
      signal: abort.signal,
      onProgress(label, done, total) {
        if (!process.stderr.isTTY || Date.now() - said < 200) return
        said = Date.now()
        process.stderr.write(`\r\x1b[2K${label} ${Math.round((100 * done) / Math.max(1, total))} %`)
      },
    },
  )
  if (said > 0) process.stderr.write('\r\x1b[2K')
  console.log(textLines(report).join('\n'))
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`)
  if (values.markdown !== undefined) {
    const typed = rest.filter(
      (_, k) =>
        !/^--(markdown|json)$/.test(rest[k]) && !/^--(markdown|json)$/.test(rest[k - 1] ?? ''),
    )
    const command = `npm run -s nearside-lab -- ${[name, ...typed].join(' ')}`
    await writeFile(
      values.markdown,
      markdown(report, command, new Date().toISOString().slice(0, 10)),
    )
  }
  return 0
}

process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  console.error(`nearside-lab: ${error instanceof Error ? error.message : error}`)
  return 1
})
