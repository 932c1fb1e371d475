/** @module Options that several commands have, each declared once. */
import { once } from 'node:events'
import { Option } from '@commander-js/extra-typings'
import { modelKeys } from './signing.ts'
import { SYSTEM_NAMES } from './systems/readSystem.ts'
import { date, seed, wholeNumber } from './values.ts'

export const SHOP = ['--shop <dir>', 'shop folder'] as const
export const CATALOG = [
  '--catalog <file>',
  'catalog.json (an array of items), or a product file of another form; instead of --shop',
] as const
export const MODELS = ['--models <dir>', 'directory of published models'] as const
export const MODEL = ['--model <dir>', 'directory of models, as pretrain writes it'] as const
export const SEED = ['--seed <n>', 'seed of all random choices', seed, 1] as const
export const TRAIN_UNTIL = [
  '--until <date>',
  'train on events before this date (UTC)',
  date,
] as const
export const UNTIL = [
  '--until <date>',
  'first day of the test (default: the model’s; of two models, the later day)',
] as const
export const POLICY = ['--policy <file>', 'JSON file with the terms of a round, or “demo”'] as const
export const PUBLISHER = [
  '--publisher <keys>',
  'public keys that must have signed, separated by commas; or a .json file like the page’s modelKeys',
  modelKeys,
] as const
export const DRY_RUN = ['--dry-run', 'check everything, but write only the page of --html'] as const
export const PUBLISHED = ['--out <dir>', 'folder to publish'] as const
export const RULES = ['--rules <file>', 'JSON file of the shop’s own rules'] as const
export const HOLDOUT = [
  '--holdout <fraction|file>',
  "shoppers to test on (default: the model's)",
] as const
export const PORT = ['--port <n>', 'port to listen on', wholeNumber(0, 65_535)] as const
export const WATCH = ['--watch', 'keep running, until it is stopped'] as const
export const TIMEOUT = [
  '--timeout <seconds>',
  'time limit of each request',
  wholeNumber(1, 600),
] as const
export const TIME_ZONE = ['--time-zone <zone>', 'time zone of times that name none', 'UTC'] as const
export const HTML = ['--html <file>', 'write the report as an HTML page to FILE'] as const
export const MARKDOWN = ['--markdown <file>', 'write the report as Markdown to FILE'] as const

export const fromOption = () =>
  new Option(
    '--from <system>',
    'shop system to read by its API; give addresses instead of files',
  ).choices(SYSTEM_NAMES)

export const armsOption = () =>
  new Option(
    '--arms <which>',
    'arms to score; base: only the baselines and the base model, without learning',
  )
    .choices(['all', 'base'])
    .default('all')

export const targetOption = () =>
  new Option('--target <event>', 'event to predict: only purchases, or any event')
    .choices(['purchase', 'any'])
    .default('any')

export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
