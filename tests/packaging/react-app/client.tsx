import { StrictMode } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { Resources, type Wishes } from './resources';

const query = new URLSearchParams(location.search);
const root = document.querySelector('#root');
if (!root) throw new Error('The page has no root.');
const first = JSON.parse(query.get('wishes') ?? '{}') as Wishes;
const recovered: string[] = [];
Object.assign(window, { recovered });
hydrateRoot(
  root,
  <StrictMode>
    <Resources url={location.origin} first={first} />
  </StrictMode>,
  { onRecoverableError: (error) => recovered.push(String(error)) },
);
