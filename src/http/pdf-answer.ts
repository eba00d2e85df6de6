import type { Context } from 'hono'
import type { RestEnv } from './rest.ts'

export function pdfAnswer(c: Context<RestEnv>, number: string, bytes: Uint8Array) {
  // A number may have what a file name may not.
  const name = `${number.replace(/[^A-Za-z0-9._-]/g, '_')}.pdf`
  return c.body(Buffer.from(bytes), 200, {
    'content-type': 'application/pdf',
    'content-disposition': `inline; filename="${name}"`,
  })
}
