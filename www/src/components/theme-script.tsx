import { darkQuery, themeKey } from './theme';

/** Runs before the first paint, so that a remembered theme never flashes the other one. */
const source = `(() => {
  let theme = null;
  try { theme = localStorage.getItem(${JSON.stringify(themeKey)}); } catch {}
  if (theme !== 'light' && theme !== 'dark') theme = matchMedia(${JSON.stringify(darkQuery)}).matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = theme;
})()`;

export function ThemeScript({ nonce }: { nonce: string | undefined }) {
  return (
    // Browsers hide the nonce from scripts, so hydration would see an empty one.
    // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of this file, nothing a person typed
    <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: source }} />
  );
}
