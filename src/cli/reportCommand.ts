/**
 * @module Defines a command whose result is a report: it prints the report, and writes it to `--html` and `--markdown`.
 * A chart of the report is written beside the Markdown, as `.svg`.
 */
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command, OptionValues } from '@commander-js/extra-typings'
import { type Evaluated, markdown, textLines } from '@nearside/evaluate/report/report.ts'
import {
  type CommandContext,
  defineCommand,
  NegativeResult,
  requireFolder,
  type Subcommand,
} from './command.ts'
import { HTML, MARKDOWN } from './shared.ts'

/** A report. `failed` is the reason for a negative answer. */
export interface Reported extends Evaluated {
  readonly failed?: string
}

export function defineReportCommand<Args extends unknown[], Options extends OptionValues>(
  syntax: Command<Args, Options>,
  run: (options: Options, context: CommandContext, ...args: Args) => Promise<Reported>,
): Subcommand {
  syntax.option(...HTML).option(...MARKDOWN)
  return defineCommand(syntax, async (options, context, ...args) => {
    const { html, markdown: path } = options as {
      readonly html?: string
      readonly markdown?: string
    }
    await requireFolder('html', html)
    await requireFolder('markdown', path)
    const { result, report, failed } = await run(options, context, ...args)
    context.progress.clear()
    for (const line of textLines(report)) context.print(line)
    if (path !== undefined) {
      const today = new Date().toISOString().slice(0, 10)
      const { picture } = report.parts.find((part) => part.picture !== undefined) ?? {}
      const file = picture && `${path.replace(/\.md$/, '')}.svg`
      await writeFile(path, markdown(report, context.typed, today, file && basename(file)))
      if (file) await writeFile(file, picture)
    }
    if (html !== undefined) {
      const { page } = await import('@nearside/evaluate/report/page.ts')
      await writeFile(html, page(report, result))
    }
    if (failed !== undefined) throw new NegativeResult(failed, result)
    return result
  })
}
