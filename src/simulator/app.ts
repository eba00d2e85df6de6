import { Hono } from 'hono'
import { createControlApi } from './control-api.ts'
import { createCheckoutPages } from './pages/checkout-routes.ts'
import { createCustomerPages } from './pages/customer-routes.ts'
import { createPages } from './pages/index.ts'
import { sameOriginOnly } from './same-origin.ts'
import type { Simulator } from './simulator.ts'
import type { World } from './world.ts'

/** Everything that is not Midtrans: the control API for programs, and the pages for people. */
export function createApp(simulator: Simulator, world: () => World): Hono {
  const app = new Hono({ strict: false })
  app.use(sameOriginOnly)
  app.route('/_simulator', createControlApi(simulator, world))
  app.route('/', createCheckoutPages(simulator, world))
  app.route('/', createCustomerPages(simulator, world))
  app.route('/', createPages(simulator, world))
  return app
}
