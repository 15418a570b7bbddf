import { nameOf, type Node } from './ast.ts';
import type { Dialect } from './dialect.ts';

const PARTS = new Set(
  (
    'year,years,yyyy,yyy,yy,y,yr,quarter,quarters,qtr,q,month,months,mon,mons,mm,week,weeks,w,wk,ww,isoweek,iso_week,week_iso,weekofyear,day,days,dd,d,dow,doy,dy,' +
    'dayofweek,dayofweekiso,dayofweek_iso,dayofyear,dayofmonth,weekday,hour,hours,hh,hr,h,minute,minutes,mi,min,n,second,seconds,ss,sec,s,millisecond,milliseconds,ms,' +
    'microsecond,microseconds,us,nanosecond,nanoseconds,ns,epoch,epoch_second,epoch_millisecond,decade,century,millennium,isoyear,iso_year,yearofweek,yearofweekiso,date,time'
  ).split(','),
);

// Where the unit stands: a bare word there is never a column, even when a table has a column of that name.
const FIRST =
  /^(dateadd|date_add|datediff|date_diff|timestampadd|timestampdiff|timeadd|timediff|timestamp_add|timestamp_diff|datepart|date_part|date_trunc|datetrunc|extract|monthname)$/;
const LAST =
  /^(date_trunc|timestamp_trunc|datetime_trunc|time_trunc|date_diff|timestamp_diff|datetime_diff|time_diff|last_day|trunc|next_day|date_bucket)$/;
const NEEDS_THREE =
  /^(dateadd|datediff|timestampadd|timestampdiff|timeadd|timediff|date_diff|timestamp_diff|datetime_diff|time_diff|timestamp_add)$/;

/** Which argument of a date function is a unit written as a bare word (`day`), which the parser reads as a column; -1 when none is. */
export function datePartArgument(dialect: Dialect, name: string, args: readonly Node[]): number {
  if (dialect === 'bigquery') return LAST.test(name) ? partAt(name, args, args.length - 1) : -1;
  const first = FIRST.test(name) ? partAt(name, args, 0) : -1;
  if (first >= 0) return first;
  return LAST.test(name) ? partAt(name, args, args.length - 1) : -1;
}

function partAt(name: string, args: readonly Node[], at: number): number {
  if (args.length < (NEEDS_THREE.test(name) ? 3 : 2)) return -1;
  const column = args[at]?.column;
  if (!column || column.table) return -1;
  const word = nameOf(column.name);
  return word !== null && !word.quoted && PARTS.has(word.text.toLowerCase()) ? at : -1;
}
