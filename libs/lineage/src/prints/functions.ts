/*
 * Functions that are known: everything else makes a query opaque. Names are in lower case and without underscores, as
 * the parser spells the same function now `l_trim`, now `ltrim`. Never a list of what is dangerous: of what is not.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** One value from the values of the same row, and always the same one. */
const SCALAR = words(`
  coalesce nullif ifnull nvl nvl2 if iff iffunc decodecase zeroifnull nullifzero equalnull
  abs round floor ceil ceiling trunc truncfunc truncate mod modfunc power pow sqrt cbrt exp ln log log2 log10 sign greatest least
  pi radians degrees sin cos tan asin acos atan atan2 isnan isinf intdiv div div0 safedivide safeadd safesubtract safemultiply widthbucket
  lower upper length len charlength characterlength bytelength trim ltrim rtrim btrim replace reverse left right repeat lpad rpad
  split splitpart substring substr concat concatws position strposition strpos charindex instr startswith endswith contains initcap
  ascii chr charfunc translate regexpreplace regexpextract regexpmatches regexplike regexpilike regexpfullmatch regexpsubstr regexpcount
  levenshtein md5 sha sha1 sha2 sha256 hex lowerhex unhex tobase64 base64encode
  datetrunc timestamptrunc datetimetrunc datepart datediff dateadd datesub timestampadd timestampsub timestampdiff datetimeadd datetimesub
  datetimediff todate date timestamp year month day hour minute second quarter week dayofweek dayofweekiso dayofmonth dayofyear
  weekofyear weekiso lastday monthname dayname makedate maketimestamp datefromparts timestampfromparts addmonths monthsbetween strftime
  strptime totimestamp tsordstodate tsordsadd tsordsdiff strtodate strtotime timetostr unixtotime epoch epochms dateformat formatdate tochar tonumber
  todouble tovarchar toboolean trytonumber
  jsonextract jsonextractscalar jsonextractpath jsonextractstring jsonextractpathtext jsonvalue jsonarraylength jsontype parsejson tojson
  arraylength arraysize cardinality arraycontains listcontains elementat arrayfunc arrayconcat arraytostring
  structfunc structextract structpack namedstruct mapfunc booland boolor xor getbit
`);

/** One value from many rows, whatever order they come in. */
const AGGREGATE = words(`
  count countif sum sumif avg min max stddev stddevpop stddevsamp variance varpop varsamp median logicaland logicalor boolor_agg
  boolandagg booloragg every bitandagg bitoragg bitxoragg bitwiseandagg bitwiseoragg bitwisexoragg
  percentilecont percentiledisc quantile quantilecont quantiledisc corr covarpop covarsamp skewness kurtosis grouping groupingid
  countstar regrslope regrintercept regrr2 regrcount
`);

/** One value from many rows that depends on the order in which they happen to come, or is a guess. */
const LOOSE_AGGREGATE = words(`
  stringagg groupconcat listagg arrayagg list first last anyvalue argmax argmin maxby minby mode product fsum
  arrayconcatagg arrayuniqueagg jsonarrayagg jsonobjectagg jsongrouparray objectagg approxdistinct approxcountdistinct approxpercentile
  approxquantile approxquantiles hll collectlist collectset
`);

/** Functions of a window that do not depend on how ties are broken. */
const RANKING = words('rank denserank percentrank cumedist');
/** Functions of a window that do. */
const LOOSE_WINDOW = words('rownumber ntile lag lead firstvalue lastvalue nthvalue');

/** Not the same twice. */
const VOLATILE = words(`
  now random rand randn uuid genrandomuuid uuidstring currentdate currenttime currenttimestamp currenttimestampltz currentdatetime
  localtime localtimestamp systimestamp sysdate getdate today clocktimestamp statementtimestamp transactiontimestamp
  currentuser sessionuser currentschema currentdatabase currentrole currentcatalog version getcurrenttimestamp utctimestamp utctime
  nextval currval txidcurrent unixtimestamp
`);

/** Several rows from one. */
const SETS = words('unnest generateseries range sequence');

export type FunctionKind = 'scalar' | 'aggregate' | 'loose_aggregate' | 'ranking' | 'loose_window' | 'volatile' | 'set';

const KINDS: readonly (readonly [FunctionKind, ReadonlySet<string>])[] = [
  ['scalar', SCALAR],
  ['aggregate', AGGREGATE],
  ['loose_aggregate', LOOSE_AGGREGATE],
  ['ranking', RANKING],
  ['loose_window', LOOSE_WINDOW],
  ['volatile', VOLATILE],
  ['set', SETS],
];

const known = new Map(KINDS.flatMap(([kind, names]) => [...names].map((name) => [name, kind] as const)));

/** What is known of a function; undefined when nothing is. */
export function functionKind(name: string): FunctionKind | undefined {
  return known.get(name.toLowerCase().replaceAll('_', ''));
}

/** Operators and syntax whose meaning is all in their parts. */
export const SYNTAX = words(`
  literal boolean null cast try_cast safe_cast case and or not neg add sub mul div mod int_div eq neq lt lte gt gte null_safe_eq null_safe_neq
  like i_like similar_to regexp_like glob between in is is_null is_true is_false exists any all concat d_pipe
  bitwise_and bitwise_or bitwise_xor bitwise_not bitwise_left_shift bitwise_right_shift
  interval interval_span time_unit extract at_time_zone collation tuple array struct subscript dot data_type var identifier
  Preceding Following filter within_group ordered rollup cube grouping_sets paren annotated alias
`);

/** Names that look like columns and are none, or none that stays. */
export const NO_COLUMN = words(`
  rowid ctid oid xmin xmax cmin cmax tableoid filename file_row_number user current_user session_user current_role current_catalog
  current_schema current_date current_time current_timestamp localtime localtimestamp sysdate systimestamp rownum level
`);
