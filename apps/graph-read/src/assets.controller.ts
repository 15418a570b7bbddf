import { Controller } from '@nestjs/common';
import {
  type AssetDetail,
  assetsCode,
  type AssetsCodeInput,
  type AssetsCodeOutput,
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
import { AssetCode } from './asset-code.ts';
import { AssetSearch } from './asset-search.ts';
import { Assets } from './assets.ts';

@Controller()
export class AssetsController {
  constructor(
    private readonly assets: Assets,
    private readonly assetSearch: AssetSearch,
    private readonly assetCode: AssetCode,
  ) {}

  @Answers(assetsSearch)
  search({ input, call }: Asked<AssetsSearchInput>): Promise<AssetsSearchOutput> {
    return this.assetSearch.search(input, call);
  }

  @Answers(assetsGet)
  get({ input, call }: Asked<AssetsGetInput>): Promise<AssetDetail> {
    return this.assets.get(input, call);
  }

  @Answers(assetsCode)
  code({ input, call }: Asked<AssetsCodeInput>): Promise<AssetsCodeOutput> {
    return this.assetCode.get(input, call);
  }

  @Answers(assetsImpact)
  impact({ input, call }: Asked<AssetsImpactInput>): Promise<AssetsImpactOutput> {
    return this.assets.impact(input, call);
  }
}
