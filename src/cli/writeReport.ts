/** @module Prints a report, and writes it to the requested files. */
import { writeFile } from 'node:fs/promises'
import { type Evaluated, markdown, textLines } from '@nearside/evaluate/report/report.ts'

/** @param typed command line that made the report */
export async function writeReport(
  { result, report }: Evaluated,
  files: { readonly html?: string; readonly markdown?: string },
  typed: string,
  print: (line: string) => void,
): Promise<void> {
  for (const line of textLines(report)) print(line)
  if (files.markdown !== undefined) {
    const today = new Date().toISOString().slice(0, 10)
    await writeFile(files.markdown, markdown(report, `nearside ${typed}`, today))
  }
  if (files.html !== undefined) {
    const { page } = await import('@nearside/evaluate/report/page.ts')
    await writeFile(files.html, page(report, result))
  }
}
