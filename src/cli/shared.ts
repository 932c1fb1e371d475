/** @module Options that several commands have, each declared once. */
import { Option } from '@commander-js/extra-typings'
import { modelKeys } from './signing.ts'
import { seed } from './values.ts'

export const SHOP = ['--shop <dir>', 'shop folder'] as const
export const SEED = ['--seed <n>', 'of all random choices', seed, 1] as const
export const UNTIL = [
  '--until <date>',
  'test from here on (default: the model’s; of two, the later)',
] as const
export const POLICY = ['--policy <file>', 'terms of a round as JSON, or “demo”'] as const
export const PUBLISHER = [
  '--publisher <keys>',
  'public keys that must have signed, several by comma; or a .json file, like the page’s modelKeys',
  (text: string) => modelKeys(text) && text,
] as const
export const DRY_RUN = [
  '--dry-run',
  'check everything, write no more than the page of --html',
] as const
export const HTML = ['--html <file>', 'write the report as one page to FILE'] as const
export const MARKDOWN = ['--markdown <file>', 'write the report as Markdown to FILE'] as const

export const armsOption = () =>
  new Option('--arms <which>', 'all; base: the baselines and the base model, nothing learned')
    .choices(['all', 'base'])
    .default('all')

export const targetOption = () =>
  new Option('--target <event>', 'what is predicted: orders alone, or any interest')
    .choices(['purchase', 'any'])
    .default('any')
