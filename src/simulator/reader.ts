/**
 * Reads one object of a request and notes what is wrong under its full path, so that a merchant is told of all mistakes at once. Fields that
 * are null count as left out.
 */
export type Fields = Readonly<Record<string, unknown>>

/** An object where a text or a number belongs is no validation error but malformed (413). */
export class WrongShape extends Error {}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

interface TextRule {
  readonly required?: boolean
  readonly most?: number
  readonly pattern?: RegExp
  readonly says?: string
}

export class Reader {
  readonly #fields: Fields
  readonly #path: string
  readonly #problems: string[]

  constructor(fields: Fields, problems: string[], path = '') {
    this.#fields = fields
    this.#path = path
    this.#problems = problems
  }

  text(field: string, { required, most, pattern, says }: TextRule): string | undefined {
    const value = this.#plain(field)
    if (value === undefined || value === '') {
      if (required) this.#note(field, 'is required')
      return undefined
    }
    if (typeof value !== 'string') return this.#note(field, 'must be a string')
    if (most !== undefined && value.length > most)
      return this.#note(field, `length must not exceed ${most} characters`)
    if (pattern && !pattern.test(value)) return this.#note(field, says ?? 'is invalid')
    return value
  }

  whole(
    field: string,
    { required, least, most }: { required?: boolean; least?: number; most?: number },
  ): number | undefined {
    const value = this.#plain(field)
    if (value === undefined) return required ? this.#note(field, 'is required') : undefined
    if (typeof value !== 'number' || !Number.isSafeInteger(value))
      return this.#note(field, 'must be an integer')
    if (least !== undefined && value < least)
      return this.#note(field, `must be greater than or equal to ${least}`)
    if (most !== undefined && value > most) return this.#note(field, `must be less than or equal to ${most}`)
    return value
  }

  number(field: string): number | undefined {
    const value = this.#plain(field)
    if (value === undefined) return undefined
    return typeof value === 'number' && value >= 0 ? value : this.#note(field, 'must be a number, 0 or more')
  }

  flag(field: string): boolean {
    const value = this.#plain(field)
    if (value === undefined || value === 'false') return false
    if (value === true || value === false || value === 'true') return Boolean(value)
    this.#note(field, 'must be true or false')
    return false
  }

  amount(field: string): number | undefined {
    const value = this.#plain(field)
    if (typeof value === 'number' && value < 0.01)
      return this.#note(field, 'must be greater than or equal to 0.01')
    return this.whole(field, { required: true })
  }

  object(field: string, required: boolean): Reader | undefined {
    const value = this.#fields[field] ?? undefined
    if (value === undefined) return required ? this.#note(field, 'is required') : undefined
    if (!isObject(value)) throw new WrongShape()
    return new Reader(value, this.#problems, `${this.#path}${field}.`)
  }

  /** Only that it is there: what is in it, others read. */
  present(field: string): void {
    if ((this.#fields[field] ?? undefined) === undefined) this.#note(field, 'is required')
  }

  list(field: string): Reader[] | undefined {
    const value = this.#fields[field] ?? undefined
    if (value === undefined) return undefined
    if (!Array.isArray(value) || !value.every(isObject)) throw new WrongShape()
    return value.map((entry, at) => new Reader(entry, this.#problems, `${this.#path}${field}[${at}].`))
  }

  texts(field: string): string[] | undefined {
    const value = this.#fields[field] ?? undefined
    if (value === undefined) return undefined
    if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) throw new WrongShape()
    return value
  }

  #plain(field: string): unknown {
    const value = this.#fields[field] ?? undefined
    if (typeof value === 'object') throw new WrongShape()
    return value
  }

  note(field: string, says: string): void {
    this.#note(field, says)
  }

  #note(field: string, says: string): undefined {
    const problem = `${this.#path}${field} ${says}`
    if (!this.#problems.includes(problem)) this.#problems.push(problem)
    return undefined
  }
}
