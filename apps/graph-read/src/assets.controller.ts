import { Controller } from '@nestjs/common';
import {
  type AssetDetail,
  assetsGet,
  type AssetsGetInput,
  assetsImpact,
  type AssetsImpactInput,
  type AssetsImpactOutput,
  assetsSearch,
  type AssetsSearchInput,
  type AssetsSearchOutput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Assets } from './assets.ts';

@Controller()
export class AssetsController {
  constructor(private readonly assets: Assets) {}

  @Answers(assetsSearch)
  search({ input, call }: Asked<AssetsSearchInput>): Promise<AssetsSearchOutput> {
    return this.assets.search(input, call);
  }

  @Answers(assetsGet)
  get({ input, call }: Asked<AssetsGetInput>): Promise<AssetDetail> {
    return this.assets.get(input, call);
  }

  @Answers(assetsImpact)
  impact({ input, call }: Asked<AssetsImpactInput>): Promise<AssetsImpactOutput> {
    return this.assets.impact(input, call);
  }
}
