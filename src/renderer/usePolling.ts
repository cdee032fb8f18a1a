import { onMounted, onUnmounted } from 'vue';

/**
 * Calls `load` now, and again `intervalMs` after each call has ended, while the page is visible. A page that
 * becomes visible loads at once. The returned function loads out of turn.
 */
export function usePolling(load: () => Promise<void>, intervalMs: number): () => void {
  let timer: number | undefined;
  let stopped = false;
  let turn = 0;

  async function tick(): Promise<void> {
    window.clearTimeout(timer);
    const own = ++turn;
    await load();
    // A newer call has taken over the timer.
    if (stopped || own !== turn || document.hidden) return;
    timer = window.setTimeout(() => void tick(), intervalMs);
  }
  const wake = () => {
    if (!document.hidden) void tick();
  };

  onMounted(() => {
    document.addEventListener('visibilitychange', wake);
    void tick();
  });
  onUnmounted(() => {
    stopped = true;
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', wake);
  });
  return () => void tick();
}
