import type { MetadataRoute } from 'next';

/** How a device that installs the application shows it. The pages' own `theme-color` follows the theme. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    id: '/',
    name: 'Wedsync',
    short_name: 'Wedsync',
    description: 'Enquiries, bookings and what your team is doing, live, for wedding suppliers.',
    lang: 'en-GB',
    start_url: '/dashboard',
    scope: '/',
    display: 'standalone',
    background_color: '#faf5ee',
    theme_color: '#faf5ee',
    icons: [
      { src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png' },
      { src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png' },
      { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
  };
}
