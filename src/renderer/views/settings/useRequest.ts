import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { shown } from '../../service/errors.ts';

/** An answer of the service, with its loading and its error as a sentence. What was read stays while it is read again. */
export function useRequest<T>(request: () => Promise<T>): {
  value: ShallowRef<T | null>;
  error: Ref<string | null>;
  loading: Ref<boolean>;
  read(): Promise<void>;
} {
  const value = shallowRef<T | null>(null);
  const error = ref<string | null>(null);
  const loading = ref(false);
  let latest = 0;
  const read = async (): Promise<void> => {
    const mine = ++latest;
    loading.value = true;
    try {
      const answer = await request();
      if (mine !== latest) return;
      value.value = answer;
      error.value = null;
    } catch (problem) {
      if (mine === latest) error.value = shown(problem).message;
    } finally {
      if (mine === latest) loading.value = false;
    }
  };
  return { value, error, loading, read };
}
