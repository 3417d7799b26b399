/** The largest of them. */
export function largest(first: bigint, ...others: readonly bigint[]): bigint {
  let most = first
  for (const each of others) if (each > most) most = each
  return most
}
