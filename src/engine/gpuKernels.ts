/** @module The kernels of a job on WebGPU: compiled, each with the buffers that it uses. */
import { whileWatching } from './gpuErrors.ts'

export interface BoundKernel {
  readonly pipeline: GPUComputePipeline
  readonly group: GPUBindGroup
}

/**
 * @param kernels entry points, with the buffers that each one uses
 * @param bindings names of the buffers in the order of the shader's bindings
 * @throws what the device says of a shader or a buffer that it refuses
 */
export async function bindKernels<Name extends string>(
  device: GPUDevice,
  shader: GPUShaderModuleDescriptor,
  kernels: readonly { readonly entry: string; readonly uses: readonly Name[] }[],
  bindings: readonly Name[],
  buffers: Readonly<Record<Name, GPUBuffer>>,
): Promise<readonly BoundKernel[]> {
  const module = device.createShaderModule(shader)
  const pipelines = await Promise.all(
    kernels.map(({ entry }) =>
      device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module, entryPoint: entry },
      }),
    ),
  )
  return whileWatching(device, async () =>
    kernels.map(({ uses }, i) => ({
      pipeline: pipelines[i],
      group: device.createBindGroup({
        layout: pipelines[i].getBindGroupLayout(0),
        entries: uses.map((name) => ({
          binding: bindings.indexOf(name),
          resource: { buffer: buffers[name] },
        })),
      }),
    })),
  )
}
