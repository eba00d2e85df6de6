/** A task as the terminal shows it. */
import type { Task } from '../operations/task-verbs.ts'
import { facts } from './output.ts'
import { bar } from './progress.ts'

export function progressOf({ progress: { done, total }, state }: Task): string {
  if (total !== null && total > 0)
    return `${state === 'running' ? `${bar(done / total)} ` : ''}${done.toLocaleString('en')} of ${total.toLocaleString('en')}`
  return done > 0 ? done.toLocaleString('en') : ''
}

export function tellTask(task: Task): string {
  return facts([
    ['task', task.name],
    ['id', task.id],
    ['state', task.state],
    ['arguments', JSON.stringify(task.arguments)],
    ['progress', progressOf(task)],
    ['failed tries', `${task.attempts} of ${task.attemptsMax}`],
    ['last error', task.error && `${task.error.says} (${task.error.code})`],
    ['result', task.result === null ? null : JSON.stringify(task.result)],
    ['asked for by', task.requestedBy],
    ['tick', task.slot],
    ['asked for', task.createdAt],
    ['begun', task.startedAt],
    ['due', task.state === 'waiting' ? task.dueAt : null],
    ['ended', task.finishedAt],
  ])
}
