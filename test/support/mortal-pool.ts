import pg from 'pg'

export interface Death {
  readonly at: number
  readonly when: 'before' | 'after'
  statements: number
  isDead: boolean
}

/** A pool whose process dies at a given statement: from then on nothing reaches the database any more. */
export function mortalPool(url: string, death: Death): pg.Pool {
  class MortalClient extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: pg's own overloads, callbacks and promises alike
    override query(...args: any[]): any {
      const callback =
        typeof args.at(-1) === 'function'
          ? (args.pop() as (error: Error | null, result?: unknown) => void)
          : undefined
      const gone = Object.assign(new Error('Connection terminated: the process is dead'), { code: '57P01' })
      const ask = async () => {
        if (death.isDead) throw gone
        death.statements++
        if (death.statements === death.at) {
          death.isDead = true
          if (death.when === 'after') await (super.query as (...all: unknown[]) => Promise<unknown>)(...args)
          throw gone
        }
        return (super.query as (...all: unknown[]) => Promise<unknown>)(...args)
      }
      if (!callback) return ask()
      ask().then(
        (result) => callback(null, result),
        (error: Error) => callback(error),
      )
    }
  }
  const pool = new pg.Pool({ connectionString: url, max: 4, Client: MortalClient as never })
  pool.on('error', () => {})
  return pool
}
