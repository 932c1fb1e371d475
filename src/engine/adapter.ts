/** @module Describes a WebGPU adapter, and says whether it computes in software. */

/** Names of software adapters: SwiftShader (Chromium), llvmpipe and lavapipe (Mesa), WARP (Windows). */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|\bwarp\b|\bcpu\b/i

/** Members of a WebGPU adapter that Nearside uses, so that tests can provide their own. */
export type Adapter = Pick<GPUAdapter, 'info' | 'limits' | 'requestDevice'>

export interface Gpu {
  requestAdapter(options?: GPURequestAdapterOptions): Promise<Adapter | null>
}

function names({ info }: Adapter): string[] {
  return [info.vendor, info.architecture, info.device, info.description].filter(Boolean)
}

function isSoftware(adapter: Adapter): boolean {
  // In older browsers, the flag is on the adapter, not in `info`.
  const old = adapter as { isFallbackAdapter?: boolean }
  return (
    Boolean(adapter.info.isFallbackAdapter ?? old.isFallbackAdapter) ||
    SOFTWARE.test(names(adapter).join(' '))
  )
}

export function describeAdapter(adapter: Adapter): string {
  const words = [...new Set(names(adapter))].join(' ') || 'unnamed adapter'
  return isSoftware(adapter) ? `${words} (software)` : words
}
