/** The parser ran out of its stack: its memory is in an unknown state from then on. */
export const PARSER_TRAPPED = 'the query is nested too deeply for the parser';
