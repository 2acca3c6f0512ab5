/**
 * What Evolu's modules ask for while they are loaded and Node 20 does not have. Nothing of it is
 * used by encryption; imported before Evolu.
 */
import { installPolyfills } from '@evolu/common/polyfills';

interface Platform {
  WebSocket?: unknown;
}
interface SetPrototype {
  difference?: (other: ReadonlySet<unknown>) => Set<unknown>;
}

installPolyfills();

(globalThis as Platform).WebSocket ??= class {};

(Set.prototype as SetPrototype).difference ??= function (this: Set<unknown>, other) {
  return new Set([...this].filter((each) => !other.has(each)));
};
