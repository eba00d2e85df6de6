import type pg from 'pg'
import { guardedPool } from './guarded-pool.ts'

export interface Death {
  readonly at: number
  readonly when: 'before' | 'after'
  statements: number
  isDead: boolean
}

/** A pool whose process dies at a given statement: from then on nothing reaches the database any more. */
export function mortalPool(url: string, death: Death): pg.Pool {
  const gone = () => Object.assign(new Error('Connection terminated: the process is dead'), { code: '57P01' })
  return guardedPool(url, async (send) => {
    if (death.isDead) throw gone()
    death.statements++
    if (death.statements === death.at) {
      death.isDead = true
      if (death.when === 'after') await send()
      throw gone()
    }
    return send()
  })
}
