/** @module Searches the profile folder of a browser that was closed. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** Files of the folder that contain the text in UTF-8 or UTF-16, the browser's two encodings of strings. */
export async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const forms = [Buffer.from(text), Buffer.from(text, 'utf16le')]
  const found: string[] = []
  for (const { name, parentPath } of entries.filter((entry) => entry.isFile())) {
    const bytes = await readFile(join(parentPath, name)).catch(() => Buffer.of())
    if (forms.some((form) => bytes.includes(form)))
      found.push(relative(folder, join(parentPath, name)))
  }
  return found
}
