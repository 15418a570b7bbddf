import type { Metadata } from 'next';
import { Asset } from '../../../../../../../assets/asset.tsx';
import { nameOf } from '../../../../../../../ui/words.ts';

type Params = Promise<{ asset: string; tab?: string[] }>;

export async function generateMetadata({ params }: { params: Params }): Promise<Metadata> {
  return { title: nameOf(decodeURIComponent((await params).asset)) };
}

export default async function AssetPage({ params }: { params: Params }) {
  const { asset, tab } = await params;
  return <Asset id={decodeURIComponent(asset)} tab={tab?.[0] ?? 'overview'} />;
}
