/**
 * @module Writes a base model to files and reads it back. Reading verifies the size and SHA-256 of each file against the
 * manifest. `latest.json` gives the manifest's own hash.
 */
import { sha256Hex } from '../bytes.ts'
import { HEAD } from '../catalog/catalogLines.ts'
import { NearsideError } from '../error.ts'
import type { ContextTable } from '../features/context/lifts.ts'
import { FEATURES } from '../features/features.ts'
import { type BaseModel, type ContextPart, DIMENSION } from './baseModel.ts'
import { corrupt, rows, strings, taker, vector } from './fields.ts'
import { highestRows } from './highest.ts'
import type { BestSellers, ModelFile, ModelManifest } from './manifest.ts'
import {
  encoderFromTensors,
  encoderToTensors,
  itemsFromTensors,
  itemsToTensors,
  MODEL_FILES,
  type PopularityPart,
  popularityFromTensors,
  popularityToTensors,
  sharedFromTensors,
  sharedToTensors,
  statisticsFromTensors,
  statisticsToTensors,
} from './parts.ts'
import {
  readSafetensors,
  type Tensor,
  type TensorData,
  type Tensors,
  writeSafetensors,
} from './safetensors.ts'
import { TREES_FILE, treesFromTensors, treesToTensors } from './trees.ts'

/** File name → bytes. */
type ModelBytes = ReadonlyMap<string, Uint8Array>

export interface WrittenModel {
  readonly manifest: ModelManifest
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>
}

/** @throws NearsideError `engine-failed` if the code can't be loaded */
async function contextFile() {
  try {
    return await import('./contextFile.ts')
  } catch (error) {
    const why = 'The code for the model’s context terms could not be loaded'
    throw NearsideError.from(error, 'engine-failed', why)
  }
}

/**
 * @throws NearsideError `model-corrupt`, naming a file that is missing or doesn't match the manifest;
 *   `model-incompatible` if features or dimension differ; `engine-failed` if the code for its contexts can't be loaded
 */
export async function readBaseModel(
  manifest: ModelManifest,
  files: ModelBytes,
): Promise<BaseModel> {
  checkCompatible(manifest)
  const tensors = new Map<string, Tensors>()
  for (const file of manifest.files) tensors.set(file.name, await readFile(file, files))
  const part = (name: string) => {
    const found = tensors.get(name)
    if (!found) throw corrupt(`the model has no ${name}`)
    return found
  }
  const { itemIds, ...popularity } = popularityFromTensors(
    part(MODEL_FILES.popularity),
    manifest.items,
  )
  const contexts = tensors.get(MODEL_FILES.context)
  const context = contexts && (await contextFile()).contextFromTensors(contexts, manifest.items)
  const trees = tensors.get(TREES_FILE)
  return {
    manifest,
    itemIds,
    ...itemsFromTensors(part(MODEL_FILES.items), manifest.items),
    statistics: {
      ...statisticsFromTensors(part(MODEL_FILES.statistics), manifest.items),
      ...popularity,
      ...(context && { context: context.tables }),
      ...(manifest.tail && { whole: manifest.tail.whole }),
    },
    ...(context && { context: context.context }),
    ...(trees && { trees: treesFromTensors(trees) }),
    pictures: picturesFromTensors(tensors.get(MODEL_FILES.pictures), manifest.items),
    encoder: encoderFromTensors(part(MODEL_FILES.encoder)),
    ...sharedFromTensors(part(MODEL_FILES.shared), manifest.items, FEATURES.length),
  }
}

/** @throws NearsideError `model-corrupt` if the manifest doesn't name the file, or the file is damaged */
export async function readPopularity(
  manifest: ModelManifest,
  bytes: Uint8Array,
): Promise<PopularityPart> {
  const name = MODEL_FILES.popularity
  const file = manifest.files.find((known) => known.name === name)
  if (!file) throw corrupt(`the model has no ${name}`)
  return popularityFromTensors(await readFile(file, new Map([[name, bytes]])), manifest.items)
}

/** Creates a model's files, and its manifest with their hashes. */
export async function writeBaseModel(model: BaseModel): Promise<WrittenModel> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>([
    [MODEL_FILES.popularity, writeSafetensors(popularityToTensors(model))],
    [MODEL_FILES.items, writeSafetensors(itemsToTensors(model))],
    [MODEL_FILES.statistics, writeSafetensors(statisticsToTensors(model.statistics))],
    [MODEL_FILES.encoder, writeSafetensors(encoderToTensors(model.encoder))],
    [MODEL_FILES.shared, writeSafetensors(sharedToTensors(model))],
  ])
  const { context, statistics, trees, pictures } = model
  if (context) {
    const tensors = contextToTensors(context, statistics.context ?? [])
    files.set(MODEL_FILES.context, writeSafetensors(tensors))
  }
  if (trees) files.set(TREES_FILE, writeSafetensors(treesToTensors(trees)))
  if (pictures) files.set(MODEL_FILES.pictures, writeSafetensors(picturesToTensors(pictures)))
  const described: ModelFile[] = []
  for (const [name, bytes] of files) described.push(await describeFile(name, bytes))
  const bestSellers = bestSellersIn(model)
  // The written files have all items, so the manifest has no `tail` (items in further files).
  const { tail: _, ...manifest } = model.manifest
  return {
    manifest: { ...manifest, items: model.itemIds.length, files: described, bestSellers },
    files,
  }
}

function bestSellersIn({ itemIds, statistics }: BaseModel): BestSellers {
  const { popularity30 } = statistics
  const best = highestRows(popularity30, HEAD)
  return {
    ids: best.map((row) => itemIds[row]),
    // Nine digits are enough to read the same single-precision number back.
    popularity: best.map((row) => Number(popularity30[row].toPrecision(9))),
  }
}

/**
 * Creates the next version of a model after an update of the shared parameters and, if `isCounted`, of the popularity.
 * All other files stay the same, so devices need not load them again.
 */
export async function releaseShared(
  model: BaseModel,
  version: string,
  metrics: Readonly<Record<string, number>>,
  isCounted: boolean,
): Promise<WrittenModel> {
  const files = new Map([[MODEL_FILES.shared as string, writeSafetensors(sharedToTensors(model))]])
  if (isCounted) files.set(MODEL_FILES.popularity, writeSafetensors(popularityToTensors(model)))
  const described = new Map<string, ModelFile>()
  for (const [name, bytes] of files) described.set(name, await describeFile(name, bytes))
  // The training reports belong to the parent version, so the new version has none.
  const { reports: _, update: __, ...inherited } = model.manifest
  const manifest: ModelManifest = {
    ...inherited,
    version,
    parent: model.manifest.version,
    features: model.manifest.features.map((feature, f) => ({
      ...feature,
      weight: model.featureWeights[f],
    })),
    files: model.manifest.files.map((known) => described.get(known.name) ?? known),
    ...(isCounted && { bestSellers: bestSellersIn(model) }),
    metrics,
  }
  return { manifest, files }
}

/** Bytes of `manifest.json`, whose SHA-256 is in `latest.json`. */
export function manifestBytes(manifest: ModelManifest): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`)
}

export const describeFile = async (name: string, bytes: Uint8Array): Promise<ModelFile> => ({
  name,
  bytes: bytes.length,
  sha256: await sha256Hex(bytes),
})

function checkCompatible(manifest: ModelManifest): void {
  if (manifest.dimension !== DIMENSION) {
    throw new NearsideError(
      'model-incompatible',
      `the model's vectors have ${manifest.dimension} numbers, this version expects ${DIMENSION}`,
    )
  }
  const differs = FEATURES.findIndex(({ name }, f) => manifest.features[f]?.name !== name)
  if (differs >= 0 || manifest.features.length !== FEATURES.length) {
    throw new NearsideError(
      'model-incompatible',
      'this version of Nearside computes other features than the model has: run pretrain again',
    )
  }
}

async function readFile(file: ModelFile, files: ModelBytes): Promise<Tensors> {
  const { name } = file
  const bytes = files.get(name)
  if (!bytes) throw corrupt(`${name} is missing`)
  if (bytes.length !== file.bytes)
    throw corrupt(`${name} has ${bytes.length} bytes, not ${file.bytes}`)
  if ((await sha256Hex(bytes)) !== file.sha256) throw corrupt(`${name} does not match its SHA-256`)
  try {
    return readSafetensors(bytes)
  } catch (cause) {
    throw new NearsideError('model-corrupt', `${name}: ${(cause as Error).message}`, { cause })
  }
}

/** Writes the items' lifts (log change of demand in a context) as int8, with one scale per value of a context. */
function contextToTensors({ terms }: ContextPart, tables: readonly ContextTable[]): Tensors {
  const used = tables.filter(
    ({ kind, values }) => values.length > 0 && terms.some(({ feature }) => feature.kind === kind),
  )
  return new Map<string, Tensor>([
    ['terms', strings(terms.map(({ feature }) => feature.name))],
    ['weights', vector(Float32Array.from(terms, ({ weight }) => weight))],
    ['kinds', strings(used.map(({ kind }) => kind))],
    ...used.flatMap(({ kind, values, lifts }): [string, Tensor][] => [
      [`${kind}_values`, strings(values)],
      ...rows(kind, lifts, lifts.length / values.length),
    ]),
  ])
}

const picturesToTensors = (pictures: Int8Array): Tensors =>
  new Map([
    ['vectors', { shape: [pictures.length / DIMENSION, DIMENSION], data: pictures as TensorData }],
  ])

const picturesFromTensors = (tensors: Tensors | undefined, items: number) =>
  tensors && taker(tensors, MODEL_FILES.pictures)('vectors', Int8Array, [items, DIMENSION])
