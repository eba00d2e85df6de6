import type { Call } from '../../call.ts'
import { UsageError } from '../../exit-codes.ts'
import { startProgress } from '../../progress.ts'
import { whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const [name = '', written] = call.words
  const given = readArguments(written)
  await withBayar(call, async (bayar) => {
    if (call.has('queue')) {
      const { id } = await bayar.tasks.delay(name, given, { by: whoAsks() })
      call.out.answer({ id, name }, () => `${name} waits for a worker: bayar task show ${id}`)
      return
    }
    const progress = startProgress('done', call.out.isJson)
    const result = await bayar.tasks
      .run(name, given, {
        by: whoAsks(),
        onProgress: ({ done, total }) => progress.at(done, total ? done / total : undefined),
      })
      .finally(() => progress.end())
    call.out.answer(result, () => JSON.stringify(result, null, 2))
  })
}

/** An order id as it is, or an object as JSON. */
function readArguments(written: string | undefined): unknown {
  if (written === undefined || !/^\s*[{["]/.test(written)) return written
  let read: unknown
  try {
    read = JSON.parse(written)
  } catch {
    throw new UsageError(`These arguments are not JSON: ${written.slice(0, 80)}`)
  }
  if (Array.isArray(read))
    throw new UsageError(
      `Arguments are an order id, or an object like {"order_id": "ORDER-1"}; this is a list: ${written.slice(0, 80)}`,
    )
  return read
}
