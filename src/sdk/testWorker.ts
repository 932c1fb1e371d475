/**
 * @module The worker for tests: the real one, with a server in its pocket. A test may ask it to
 * fail by a message on a channel.
 */
import { TestServer, testModelFiles } from '../core/model/testShop.ts'
import { type Scope, serve, workerEnvironment } from '../device/worker/serve.ts'

// Not awaited here: a module that awaits has no listener yet when Firefox and WebKit deliver messages.
const server = testModelFiles('1').then((files) => new TestServer(files))

const control = new BroadcastChannel('test-worker')
control.onmessage = ({ data }: MessageEvent<string>) => {
  if (data === 'throw') throw new Error('as the test asked')
}

serve(self as unknown as Scope, {
  ...workerEnvironment,
  fetch: async (...request) => (await server).fetch(...request),
})
