/** Processor time of processes, where the system tells it as files (Linux); elsewhere 0, and the table leaves it out. */
import { readFileSync } from 'node:fs'

/** Hundredths of a second. */
export type Ticks = number

const CENTISECONDS_TO_MICROSECONDS = 10_000

export function microseconds(ticks: Ticks): number {
  return ticks * CENTISECONDS_TO_MICROSECONDS
}

export function cpuOf(pid: number): Ticks {
  const fields = statOf(pid)
  return fields ? Number(fields[11]) + Number(fields[12]) : 0
}

/** /proc/PID/stat from its third field on; the second, a name in brackets, may hold anything. */
function statOf(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

/** What all processes of the machine used since it started. */
export function cpuOfMachine(): Ticks {
  try {
    const [user, nice, system, , , interrupts, softInterrupts] = readFileSync('/proc/stat', 'latin1')
      .split('\n', 1)[0]!
      .split(/ +/)
      .slice(1)
      .map(Number)
    return user! + nice! + system! + interrupts! + softInterrupts!
  } catch {
    return 0
  }
}
