// Loads `bayar/midtrans` as an edge runtime does: the web's globals, and nothing of Node's; then charges, and reads a notification.
// Run by test/package.test.ts with --experimental-vm-modules.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'

const entry = import.meta.resolve('bayar/midtrans')
const WEB = [
  'AbortController',
  'AbortSignal',
  'Headers',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
]
const web = Object.fromEntries(WEB.map((name) => [name, globalThis[name]]))
const context = vm.createContext({ ...web, atob, btoa, crypto, setTimeout, clearTimeout, console })

const modules = new Map()
const load = (url) => {
  const known = modules.get(url)
  if (known) return known
  if (!url.startsWith('file:')) throw new Error(`an edge runtime has no ${url}`)
  const module = new vm.SourceTextModule(readFileSync(fileURLToPath(url), 'utf8'), {
    context,
    identifier: url,
  })
  modules.set(url, module)
  return module
}
const link = (specifier, from) => {
  if (!specifier.startsWith('.')) throw new Error(`an edge runtime has no ${specifier}`)
  return load(new URL(specifier, from.identifier).href)
}

const main = load(entry)
await main.link(link)
await main.evaluate()
const { createMidtransClient, isBayarError, readNotification } = main.namespace

const serverKey = 'SB-Mid-server-edge'
const midtrans = createMidtransClient({
  serverKey,
  isProduction: false,
  fetch: async () =>
    Response.json({ status_code: '201', status_message: 'ok', transaction_status: 'pending' }),
})
const charged = await midtrans.charge({
  payment_type: 'qris',
  transaction_details: { order_id: 'INV-1', gross_amount: 1000 },
})

const text = new TextEncoder().encode(`INV-1${200}1000.00${serverKey}`)
const digest = new Uint8Array(await crypto.subtle.digest('SHA-512', text))
const signature_key = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
const signed = {
  order_id: 'INV-1',
  status_code: '200',
  gross_amount: '1000.00',
  transaction_status: 'settlement',
  signature_key,
}
const read = await readNotification(JSON.stringify(signed), serverKey)
const forged = await readNotification(JSON.stringify({ ...signed, gross_amount: '1.00' }), serverKey).catch(
  (error) => error,
)
console.log(
  JSON.stringify({
    charge: charged.class,
    status: charged.body.transaction_status,
    notification: read.transaction_status,
    forged: isBayarError(forged, 'notification_unsigned'),
    modules: modules.size,
  }),
)
