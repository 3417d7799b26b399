/** A copy of plain values, arrays and objects to any depth; several times as fast as `structuredClone`, which can do more. */
export function clonePlain<T>(value: T): T
export function clonePlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: unknown) => clonePlain(item))
  const copy: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(value)) copy[key] = clonePlain(field)
  return copy
}
