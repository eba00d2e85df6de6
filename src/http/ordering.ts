/** `?ordering=-created_at`, as the original's lists have it. */
export function orderingOf<Name extends string>(
  ordering: Name | `-${Name}` | undefined,
): { readonly name?: Name; readonly descending?: boolean } {
  if (ordering === undefined) return {}
  const isDescending = ordering.startsWith('-')
  return { name: (isDescending ? ordering.slice(1) : ordering) as Name, descending: isDescending }
}
