/** What JupyterLab's packages expect of a browser and jsdom lacks. */
class DragEventStub extends Event {}

Object.assign(globalThis, {
  DragEvent: DragEventStub,
  requestIdleCallback: (call: () => void) => setTimeout(call),
  IS_REACT_ACT_ENVIRONMENT: true
});
window.matchMedia = (media: string) =>
  ({ media, matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
