/**
 * @module Worker for tests: the real worker with a built-in test server. A test can make this worker fail with a
 * message on a channel.
 */
import { TestServer, testModelFiles } from '@nearside/core/model/testShop.ts'
import { type Scope, serve, workerEnvironment } from '../worker/serve.ts'

// Nothing is awaited here: Firefox and WebKit deliver messages while the module awaits, and so before the module has a
// listener.
const server = testModelFiles('1').then((files) => new TestServer(files))

const control = new BroadcastChannel('test-worker')
control.onmessage = ({ data }: MessageEvent<string>) => {
  if (data === 'throw') throw new Error('as the test asked')
}

serve(self as unknown as Scope, {
  ...workerEnvironment,
  fetch: async (...request) => (await server).fetch(...request),
})
