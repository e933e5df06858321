/**
 * Runs in a page before its own scripts: counts how often each React component renders, as React's developer tools do,
 * through the hook that React calls at each commit. `window.takeRenders()` gives the counts since its last call.
 */
export const installRenderCounts = (): void => {
  interface Fiber {
    type: unknown;
    flags: number;
    alternate: Fiber | null;
    child: Fiber | null;
    sibling: Fiber | null;
  }
  /** Set on a fiber that has done work in the last commit; React keeps it for the developer tools. */
  const performedWork = 1;
  const counts = new Map<string, number>();
  const nameOf = (type: unknown): string | null => {
    if (typeof type === 'function') return type.name;
    const inner = typeof type === 'object' && type !== null && 'type' in type ? type.type : null;
    return typeof inner === 'function' ? inner.name : null;
  };
  const walk = (fiber: Fiber): void => {
    const before = fiber.alternate;
    const name = nameOf(fiber.type);
    if (name !== null && (before === null || fiber.flags & performedWork))
      counts.set(name, (counts.get(name) ?? 0) + 1);
    if (before !== null && before.child === fiber.child) return;
    for (let child = fiber.child; child; child = child.sibling) walk(child);
  };
  Object.assign(window, {
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      isDisabled: false,
      supportsFiber: true,
      renderers: new Map(),
      inject: () => 1,
      checkDCE: () => undefined,
      onCommitFiberUnmount: () => undefined,
      onPostCommitFiberRoot: () => undefined,
      onCommitFiberRoot: (_id: number, { current }: { current: Fiber }) => walk(current),
    },
    takeRenders: (): Record<string, number> => {
      const taken = Object.fromEntries(counts);
      counts.clear();
      return taken;
    },
  });
};
export interface RenderCounts {
  takeRenders(): Record<string, number>;
}
