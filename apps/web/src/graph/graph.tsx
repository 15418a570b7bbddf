'use client';
import { Empty } from '../ui/blocks.tsx';

export function Graph() {
  return <Empty title="Choose an asset" />;
}
