/* cli.h - what every verb of the lull command shares. No clinical logic here.
 *
 * To add a verb: write cmd_<verb>.c with one cmd_<verb>(), declare it below, add its row
 * to the table in main.c, the file to meson.build, a test in tests/cli, a page in man/.
 *
 * Text for people by default, --json for machines; data on standard output, remarks on
 * standard error. Exit status: enum cli_exit. */
#ifndef LULL_CLI_H
#define LULL_CLI_H

#include <stdbool.h>
#include <stdio.h>
#include "lull/base/err.h"
#include "lull/base/files.h"
#include "lull/base/mem.h"
#include "lull/base/schema.h"
#include "lull/base/text.h"
#include "lull/codec/json.h"

enum cli_exit {
	CLI_DONE = 0,
	CLI_NO = 1,       /* the clinical answer is "no" (not eligible, plan refused) */
	CLI_USAGE = 2,
	CLI_BAD_DATA = 3,
	CLI_SYSTEM = 4
};

/* The program's run: filled by main.c before a verb starts. */
struct cli {
	const struct lull_files *knowledge;
	struct lull_arena *arena;   /* lives until the program ends */
	bool quiet;                 /* --quiet: no remarks, no progress */
	bool color;                 /* standard output is a terminal that shows colour */
	int width;                  /* columns for text, 60..120        */
};

/* One option of a verb; the table of a verb ends with name == NULL. */
enum cli_type { CLI_FLAG, CLI_TEXT, CLI_CHOICE, CLI_NUMBER, CLI_COUNT, CLI_DAY, CLI_LIST };

/* CLI_LIST: an option that may be given several times; each text as typed. Zero is empty. */
enum { CLI_LIST_MAX = 64 };
struct cli_list {
	const char *items[CLI_LIST_MAX];
	size_t n;
};

struct cli_option {
	const char *name;        /* "month"; used as --month, --month=28 or --month 28 */
	enum cli_type type;
	void *value;             /* bool*, const char**, int*, double*, int64_t*, lull_day*, struct cli_list* */
	const char *arg;         /* "NAME|FILE" for the help                       */
	const char *help;
	const char *const *choices; /* CLI_CHOICE: NULL-ended                       */
	double min, max;         /* CLI_NUMBER, CLI_COUNT; both 0 = any            */
};

struct cli_usage {
	const char *verb;        /* "diary classify"                       */
	const char *synopsis;    /* "FILE --map NAME|FILE [--json]"        */
	const char *about;       /* a paragraph                            */
};

/* Parse argv[1..): options into their values, the rest into words (NULL-ended, in the
 * arena). Returns -1 to go on, else the exit status (help printed, or a usage error). */
int cli_parse(struct cli *cli, const struct cli_usage *usage, const struct cli_option *options,
	      int argc, char **argv, const char ***words, size_t *n_words);

/* Print a usage error for the verb and return CLI_USAGE. */
int cli_usage_error(const struct cli_usage *usage, const char *fmt, ...) LULL_PRINTF(2, 3);

/* Print an error as "lull: where: what\n  mend" and return the exit status that fits its code. */
int cli_fail(const struct lull_err *err);

/* Print diags to standard error and return CLI_BAD_DATA (or CLI_SYSTEM out of memory). */
int cli_diags(const struct lull_diags *diags);

/* A whole file ("-" = standard input) into the arena, NUL-terminated. */
int cli_read_file(struct cli *cli, const char *path, char **bytes, size_t *n, struct lull_err *err);

/* A YAML file of the user's, bound to a schema; CLI_DONE, or the exit status after its errors were printed. */
int cli_read_yaml(struct cli *cli, const char *path, const struct lull_schema *schema, void *out);

/* Write bytes to path ("-" = standard output), whole or not at all. */
int cli_write_file(const char *path, const void *bytes, size_t n, struct lull_err *err);

/* Put a finished buffer on standard output; returns CLI_DONE or CLI_SYSTEM. Clears it. */
int cli_print(struct lull_buf *buf);

/* The folder read by --knowledge, with the same rules as the embedded set. */
int cli_read_knowledge(const char *folder, struct lull_arena *arena, struct lull_files *out,
		       struct lull_err *err);

/* A verb with verbs of its own (`lull diary show`): finds one in the table (ended by name
 * == NULL), prints the help, the usage error, or the names for `--help=subverbs`. */
struct cli_subverb {
	const char *name;
	int (*run)(struct cli *cli, int argc, char **argv);
	const char *about;
};
int cli_dispatch(struct cli *cli, const char *verb, const struct cli_subverb *table, int argc, char **argv);

int cmd_diary(struct cli *cli, int argc, char **argv);
int cmd_diary_classify(struct cli *cli, int argc, char **argv);
int cmd_diary_demo(struct cli *cli, int argc, char **argv);
int cmd_diary_response(struct cli *cli, int argc, char **argv);
int cmd_diary_triggers(struct cli *cli, int argc, char **argv);
int cmd_evidence(struct cli *cli, int argc, char **argv);
int cmd_models(struct cli *cli, int argc, char **argv);
int cmd_knowledge(struct cli *cli, int argc, char **argv);
int cmd_outcome(struct cli *cli, int argc, char **argv);
int cmd_pathway(struct cli *cli, int argc, char **argv);
int cmd_plan(struct cli *cli, int argc, char **argv);
int cmd_protocols(struct cli *cli, int argc, char **argv);
int cmd_screen(struct cli *cli, int argc, char **argv);
int cmd_session(struct cli *cli, int argc, char **argv);
int cmd_simulate(struct cli *cli, int argc, char **argv);
int cmd_version(struct cli *cli, int argc, char **argv);
int cmd_vpc(struct cli *cli, int argc, char **argv);

#endif
