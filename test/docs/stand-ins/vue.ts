/** As much of Vue as the examples use: a scope that ends at once. */

export interface ShallowRef<Value> {
  value: Value;
}

export function shallowRef<Value>(value: Value): ShallowRef<Value> {
  return { value };
}

export function onScopeDispose(end: () => void): void {
  end();
}
