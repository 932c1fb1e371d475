/** @module Files that an auditor passes in addition to a bundle. They can come from anybody, so they are parsed strictly. */
import { parseBundle } from './bundle.ts'
import { parseReached } from './checkpoints.ts'
import { parseReleases } from './releases.ts'
import type { VerifyOptions } from './verify.ts'

/** Options of `VerifyOptions`, each as the bytes of its file. */
export interface OptionFiles extends Pick<VerifyOptions, 'key' | 'allowUnsigned'> {
  readonly earlier?: Uint8Array
  readonly releases?: Uint8Array
  readonly reports?: readonly Uint8Array[]
}

/** @throws NearsideError `input-invalid` if a file is malformed */
export function parseOptions(files: OptionFiles): VerifyOptions {
  const { key, allowUnsigned, earlier, releases, reports } = files
  return {
    ...{ key, allowUnsigned },
    earlier: earlier && parseBundle(earlier),
    releases: releases && parseReleases(releases),
    reached: reports?.map(parseReached),
  }
}
