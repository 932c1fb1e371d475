/** @module Copies models for a simulation, which publishes its versions in the copy. */
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readLatest } from '@nearside/train/models/read.ts'

/** Copies the models with an unsigned `latest.json`, because only the simulation reads it. */
export async function copyModels(from: string, to: string): Promise<void> {
  const { version, hash } = await readLatest(from)
  await cp(from, to, { recursive: true })
  await writeFile(join(to, 'latest.json'), JSON.stringify({ version, manifest: hash }))
}
