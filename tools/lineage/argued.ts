/**
 * Where the engine and sqlglot differ on a real model although every name is bound, and why the engine's answer stays.
 * Id (or the end of one) → reason. The corpus test fails on any difference that is not here.
 */
export const ARGUED: Readonly<Record<string, string>> = {
  'model.facebook_ads_creative_history.stg_facebook_ads__app_link':
    'sqlglot gives no source for columns of a lateral json function: they come from its argument',
  'model.facebook_ads_creative_history.stg_facebook_ads__url_tag':
    'columns of a lateral json function come from its argument',
  'model.facebook_ads_creative_history.stg_facebook_ads__carousel_media_url_tags':
    'columns of a lateral json function come from its argument',
  'model.facebook_ads_creative_history.int__facebook_ads__carousel_media_prep':
    'columns of a lateral json function come from its argument',
  'model.facebook_ads_creative_history.stg_facebook_ads__asset_feed_spec_link_url':
    'columns of a lateral json function come from its argument',
  'model.facebook_ads.facebook_ads__creative_history_prep':
    'USING of a left join keeps the left column: the right one can only be equal to it',
  dbt_utils_expression_is_true: 'an item without alias or name (`select 1`): nothing but its made-up name differs',
  'model.the_tuva_project.ccsr__long_condition_category':
    'sqlglot loses the columns of a CTE that has the name of a keyword',
  'model.the_tuva_project.ccsr__long_procedure_category': 'sqlglot loses the columns of a CTE called procedure',
  'model.the_tuva_project.ccsr__stg_core__condition':
    'two output columns have one name (`*` and an alias): the answers are about different ones',
  'model.the_tuva_project.ccsr__stg_core__procedure':
    'two output columns have one name (`*` and an alias): the answers are about different ones',
  'model.the_tuva_project.readmissions__encounter_data_quality':
    'an IN subquery inside CASE: a predicate here, a source there',
};

export function reasonFor(id: string): string | null {
  const known = Object.keys(ARGUED).find((name) => id.includes(name));
  return known === undefined ? null : ARGUED[known]!;
}
