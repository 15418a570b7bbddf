import { nameOf, type Name, type Node } from './ast.ts';
import type { Dialect } from './dialect.ts';

const PARTS = new Set(
  (
    'year,years,yyyy,yyy,yy,y,yr,quarter,quarters,qtr,q,month,months,mon,mons,mm,week,weeks,w,wk,ww,isoweek,iso_week,week_iso,weekofyear,day,days,dd,d,dow,doy,dy,' +
    'dayofweek,dayofweekiso,dayofweek_iso,dayofyear,dayofmonth,weekday,hour,hours,hh,hr,h,minute,minutes,mi,min,n,second,seconds,ss,sec,s,millisecond,milliseconds,ms,' +
    'microsecond,microseconds,us,nanosecond,nanoseconds,ns,epoch,epoch_second,epoch_millisecond,decade,century,millennium,isoyear,iso_year,yearofweek,yearofweekiso,date,time'
  ).split(','),
);

// Where the unit stands first, a bare word is never a column, even when a table has a column of that name. BigQuery puts it last;
// the others do so in a few functions whose last argument may as well be a column.
const FIRST =
  /^(dateadd|date_add|datediff|date_diff|timestampadd|timestampdiff|timeadd|timediff|timestamp_add|timestamp_diff|datepart|date_part|date_trunc|datetrunc|extract)$/;
const LAST_BIGQUERY =
  /^(date_trunc|timestamp_trunc|datetime_trunc|time_trunc|date_diff|timestamp_diff|datetime_diff|time_diff|last_day|date_bucket)$/;
const LAST = /^(last_day|trunc|date_trunc)$/;
const NEEDS_THREE =
  /^(dateadd|date_add|date_sub|datediff|timestampadd|timestampdiff|timeadd|timediff|date_diff|timestamp_diff|datetime_diff|time_diff|timestamp_add)$/;

/**
 * Which argument of a date function is a unit written as a bare word (`day`), which the parser reads as a column; -1 when none is.
 * `isColumn`: whether a word is certainly a column here.
 */
export function datePartArgument(
  dialect: Dialect,
  name: string,
  args: readonly Node[],
  isColumn: (name: Name) => boolean,
): number {
  if (dialect === 'bigquery') return LAST_BIGQUERY.test(name) ? partAt(name, args, args.length - 1) : -1;
  const first = FIRST.test(name) ? partAt(name, args, 0) : -1;
  if (first >= 0) return first;
  const last = LAST.test(name) ? partAt(name, args, args.length - 1) : -1;
  return last >= 0 && !isColumn(nameOf(args[last]!.column.name)!) && args[0]?.literal === undefined ? last : -1;
}

function partAt(name: string, args: readonly Node[], at: number): number {
  if (args.length < (NEEDS_THREE.test(name) ? 3 : 2)) return -1;
  const column = args[at]?.column;
  if (!column || column.table) return -1;
  const word = nameOf(column.name);
  return word !== null && !word.quoted && PARTS.has(word.text.toLowerCase()) ? at : -1;
}
