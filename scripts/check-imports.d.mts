export interface ImportCheck {
  readonly violations: readonly { readonly rule: string; readonly from: string; readonly to: string }[]
  readonly seen: number
  readonly sources: number
}
export function checkImports(root: string): Promise<ImportCheck>
