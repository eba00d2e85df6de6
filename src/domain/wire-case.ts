/**
 * The one place where camelCase becomes snake_case and back, for values and for types. There is no second list of fields: the compiler compares what this makes of an operation's answer
 * with the schema of the contract.
 */

type SnakeWord<Text extends string> = Text extends `${infer Head}${infer Rest}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeWord<Rest>}`
  : Text

type CamelWord<Text extends string> = Text extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<CamelWord<Rest>>}`
  : Text

/** Documents of somebody else, whose keys are not ours to rename. */
const OPAQUE = ['metadata', 'responses', 'seller_details', 'features'] as const
type Opaque = (typeof OPAQUE)[number]

export type Snake<T> = T extends Date
  ? string
  : T extends readonly (infer Entry)[]
    ? Snake<Entry>[]
    : T extends object
      ? {
          [Key in keyof T as Key extends string ? SnakeWord<Key> : never]: Key extends Opaque
            ? T[Key]
            : Snake<T[Key]>
        }
      : T

export type Camel<T> = T extends Date
  ? T
  : T extends readonly (infer Entry)[]
    ? Camel<Entry>[]
    : T extends object
      ? {
          [Key in keyof T as Key extends string ? CamelWord<Key> : never]: Key extends Opaque
            ? T[Key]
            : Camel<T[Key]>
        }
      : T

export function toSnake<T>(value: T): Snake<T> {
  return rename(
    value,
    (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    (date) => date.toISOString(),
  ) as Snake<T>
}

export function toCamel<T>(value: T): Camel<T> {
  return rename(
    value,
    (key) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    (date) => date,
  ) as Camel<T>
}

function rename(value: unknown, renamed: (key: string) => string, dated: (date: Date) => unknown): unknown {
  if (value instanceof Date) return dated(value)
  if (Array.isArray(value)) return value.map((entry) => rename(entry, renamed, dated))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      renamed(key),
      (OPAQUE as readonly string[]).includes(key) ? inner : rename(inner, renamed, dated),
    ]),
  )
}

type Given<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>
}

/** Without the fields that were not given: the operations tell "not given" from "given as nothing". */
export function given<T extends object>(value: T): Given<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Given<T>
}
