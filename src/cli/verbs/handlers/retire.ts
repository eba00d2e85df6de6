import type { Call } from '../../call.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const name = call.argument!
  await withBayar(call, async (bayar) => {
    await bayar.events.retireHandler(name)
    const isHere = (await bayar.events.handlers()).some((handler) => handler.name === name && handler.isHere)
    call.out.answer({ retired: name, isHere }, () => {
      const comesBack = isHere
        ? ' Its code is still in the configuration, so it comes back with the next start: remove it there, too.'
        : ''
      return `${name} is retired; what it was owed is given up (\`bayar events dead\`).${comesBack}`
    })
  })
}
