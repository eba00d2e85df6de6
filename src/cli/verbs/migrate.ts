import type { Call } from '../call.ts'
import { withOwnBayar } from '../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const applied = await withOwnBayar(call, (bayar) => bayar.migrate())
  call.out.answer({ applied }, () => {
    if (applied.length === 0) return 'The schema is up to date.'
    return applied.map(({ number, name }) => `applied ${String(number).padStart(4, '0')}-${name}`).join('\n')
  })
}
