/* load_diary.h - a headache diary from a file, for every verb that needs one. */
#ifndef LULL_CLI_LOAD_DIARY_H
#define LULL_CLI_LOAD_DIARY_H

#include "cli.h"
#include "lull/headache/import.h"
#include "lull/headache/response.h"

/* How the file is read; zero is the default: .json natively, anything else by the map "lull". */
struct cli_diary_source {
	const char *path;    /* "-": standard input                              */
	const char *map;     /* a shipped map's name, or the path of a map file  */
	const char *patient; /* this one only; NULL: all                         */
	lull_day from, to;   /* the diary's period; LULL_DAY_NONE: what the file says */
};

/* Options for the verb's table: --map, --patient, --from, --to into *source. */
#define CLI_DIARY_OPTIONS(source)                                                                         \
	{ "map", CLI_TEXT, &(source).map, "NAME|FILE", "how the columns are read (default: lull; .json: none)", \
	  NULL, 0, 0 },                                                                                   \
	{ "patient", CLI_TEXT, &(source).patient, "ID", "only this patient of the file", NULL, 0, 0 },    \
	{ "from", CLI_DAY, &(source).from, "DATE", "first day of the diary, if it began before its first row", \
	  NULL, 0, 0 },                                                                                   \
	{ "to", CLI_DAY, &(source).to, "DATE", "last day of the diary, if it went on after its last row",  \
	  NULL, 0, 0 }
#define CLI_DIARY_SOURCE { NULL, NULL, NULL, LULL_DAY_NONE, LULL_DAY_NONE }

/* Reads the diaries into the program's arena. CLI_DONE, or the exit status after the error was
 * printed. Rejected rows do not fail it; tell the reader with cli_import_remarks. */
int cli_load_diaries(struct cli *cli, const struct cli_diary_source *source, struct lull_import *out);

/* As above for a file that must hold one patient: an error names the patients when it holds more. */
int cli_load_diary(struct cli *cli, const struct cli_diary_source *source, struct lull_import *out);

/* The diary's days as one definition counts them (enum lull_day_definition), classified without asking questions. */
int cli_series_of(struct cli *cli, const struct lull_criteria *criteria, const struct lull_diary *diary, int definition,
		  struct lull_series *out, struct lull_err *err);

/* Prints what was rejected, flagged or not understood to standard error, unless --quiet. */
void cli_import_remarks(const struct cli *cli, const struct lull_import_report *report);

#endif
