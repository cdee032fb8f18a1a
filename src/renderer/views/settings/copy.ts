import { ElMessage } from 'element-plus';

/** Puts text on the clipboard, and says whether that worked. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    ElMessage.success(`${what} copied.`);
  } catch {
    // Browsers allow it in secure contexts only.
    ElMessage.error('This page may not use the clipboard: select the text and copy it by hand.');
  }
}
