import { StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { Resources, type Wishes } from './resources';

/** What a server sends of the page. */
export function render(url: string, first: Wishes) {
  return renderToString(
    <StrictMode>
      <Resources url={url} first={first} />
    </StrictMode>,
  );
}
