/**
 * @module A Vendure shop in memory, with the products and orders of a shop folder, and a small storefront.
 * Usage: node server.mjs [PORT] [SHOP FOLDER]. Prints its address and the keys of its APIs as JSON.
 */
import {
  bootstrap,
  DefaultLogger,
  LanguageCode,
  LogLevel,
  PaymentMethodHandler,
} from '@vendure/core'
import { NearsidePlugin } from './nearsidePlugin.mjs'
import { populate } from './populate.mjs'
import { storefront } from './storefront.mjs'

const [port = '3000', shop = '../../data/online-retail'] = process.argv.slice(2)
const password = crypto.randomUUID()

/** Settles every payment, as a shop that sends invoices does. */
const invoice = new PaymentMethodHandler({
  code: 'invoice',
  description: [{ languageCode: LanguageCode.en, value: 'Invoice' }],
  args: {},
  createPayment: (_, order, amount) => ({ amount, state: 'Settled', transactionId: order.code }),
  settlePayment: () => ({ success: true }),
})

const app = await bootstrap({
  apiOptions: {
    port: Number(port),
    hostname: 'localhost',
    cors: false,
    middleware: [{ route: '/', handler: storefront, beforeListen: true }],
  },
  authOptions: {
    tokenMethod: ['cookie', 'bearer', 'api-key'],
    superadminCredentials: { identifier: 'admin', password },
    cookieOptions: { secret: password },
  },
  dbConnectionOptions: { type: 'sqljs', synchronize: true },
  paymentOptions: { paymentMethodHandlers: [invoice] },
  logger: new DefaultLogger({ level: LogLevel.Error }),
  plugins: [NearsidePlugin],
})
// The server answers late while it stores the orders.
app.getHttpServer().keepAliveTimeout = 600_000
const address = `http://localhost:${app.getHttpServer().address().port}`
const keys = await populate(app, { address, shop, password })
console.log(JSON.stringify({ address, ...keys }))
