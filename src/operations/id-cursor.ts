import { isUuid } from '../domain/uuid.ts'
import { invalidRequest } from '../errors.ts'

/** Where a page of a list sorted by id begins. What was not given out by us is refused before it reaches SQL. */
export function readIdCursor(position: string | null): string | null {
  if (position !== null && !isUuid(position))
    throw invalidRequest([{ field: 'cursor', reason: 'is not one of ours: use next or previous of a page' }])
  return position
}
