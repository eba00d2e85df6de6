/** HTTP speaks snake_case; tasks and the command line do, too, so the one place where names change lies under all of them. */
export { type Camel, given, type Snake, toCamel, toSnake } from '../domain/wire-case.ts'
