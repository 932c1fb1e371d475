/** @module Saves the file of “Export my data”, the same from panel and console. */
import type { Personalizer } from '@nearside/browser/api.ts'

export const EXPORT_FILE = 'my-shop-data.json'

export async function exportData(personalizer: Personalizer): Promise<void> {
  saveFile(EXPORT_FILE, await personalizer.export())
}

export function saveFile(name: string, json: string): void {
  const url = URL.createObjectURL(new Blob([json], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Some browsers read the blob only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
