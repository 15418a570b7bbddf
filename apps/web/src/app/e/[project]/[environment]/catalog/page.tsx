import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Catalog } from '../../../../../catalog/catalog.tsx';

export const metadata: Metadata = { title: 'Catalog' };

export default function CatalogPage() {
  return (
    <Suspense>
      <Catalog />
    </Suspense>
  );
}
