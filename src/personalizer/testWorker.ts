/**
 * @module The worker for tests: the real one, with a server in its pocket. A test may ask it to
 * fail by a message on a channel.
 */
import { type Scope, serve, workerEnvironment } from './worker/serve.ts'
import { TestServer, testModelFiles } from './worker/testShop.ts'

const server = new TestServer(await testModelFiles('1'))

const control = new BroadcastChannel('test-worker')
control.onmessage = ({ data }: MessageEvent<string>) => {
  if (data === 'throw') throw new Error('as the test asked')
}

serve(self as unknown as Scope, { ...workerEnvironment, fetch: server.fetch })
