/* lull - the command. This file finds the verb; each verb has a file of its own. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lull/knowledge.h"
#include "lull/num/math.h"

static const struct verb {
	const char *name;
	int (*run)(struct cli *cli, int argc, char **argv);
	const char *about;
} verbs[] = {
	{ "diary", cmd_diary, "show, import and classify headache diaries" },
	{ "knowledge", cmd_knowledge, "check the criteria, rules, protocols and models" },
	{ "models", cmd_models, "kinetic models and effects, with source and mark of every number" },
	{ "evidence", cmd_evidence, "pool studies: proportions, means, risk and odds ratios; fixed and random effects" },
	{ "outcome", cmd_outcome, "what came of a series: by each definition, days, scores, the next step" },
	{ "pathway", cmd_pathway, "one patient from diary to plan and forecast: the whole letter" },
	{ "plan", cmd_plan, "what exactly is infused, in mg and mL, or which limit forbids it" },
	{ "protocols", cmd_protocols, "dosing protocols: what each states and what it leaves open" },
	{ "screen", cmd_screen, "whether ketamine may be offered: what excludes, what is unknown" },
	{ "session", cmd_session, "a visit or a course replayed: what is open, overdue, refused, missing" },
	{ "simulate", cmd_simulate, "a model over time: concentrations and effects, for one person or a million" },
	{ "version", cmd_version, "program version and knowledge hash" },
	{ "vpc", cmd_vpc, "visual predictive check: observed beside simulated percentiles" },
};
enum { N_VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static void put_usage(FILE *out)
{
	fputs("usage: lull [--knowledge DIR] [--quiet] <verb> [options]\n\n", out);
	for (size_t i = 0; i < N_VERBS; i++)
		fprintf(out, "  %-12s %s\n", verbs[i].name, verbs[i].about);
	fputs("\n`lull <verb> --help` explains a verb.\n"
	      "Lull supports a licensed clinician's decision. It is not a cleared or certified medical device.\n",
	      out);
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < N_VERBS; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static int unknown_verb(const char *name)
{
	const char *known[N_VERBS + 1] = { 0 };

	for (size_t i = 0; i < N_VERBS; i++)
		known[i] = verbs[i].name;
	const char *near = lull_nearest_name(name, known);
	fprintf(stderr, "lull: '%s' is not a verb of lull%s%s%s\n", name, near ? "; did you mean '" : "",
		near ? near : "", near ? "'?" : "");
	fputs("`lull --help` lists them.\n", stderr);
	return CLI_USAGE;
}

/* Colour only on a terminal that has not asked for none (https://no-color.org). */
static void look_at_terminal(struct cli *cli)
{
	struct winsize size = { 0 };
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
	const bool tty = isatty(STDOUT_FILENO);

	cli->color = tty && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
	cli->width = 96;
	if (tty && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		cli->width = size.ws_col < 60 ? 60 : size.ws_col > 120 ? 120 : size.ws_col;
}

static int open_knowledge(const char *folder, struct lull_arena *arena, struct lull_files *files)
{
	struct lull_err err = { 0 };
	int rc;

	if (folder) {
		rc = cli_read_knowledge(folder, arena, files, &err);
	} else {
		*files = (struct lull_files){ .items = lull_embedded_files,
					      .n_items = lull_n_embedded_files,
					      .origin = "embedded" };
		rc = lull_files_seal(files, &err);
	}
	return rc == LULL_OK ? CLI_DONE : cli_fail(&err);
}

static int cmd_version_short(void)
{
	puts("lull " LULL_VERSION);
	return CLI_DONE;
}

static int run(int argc, char **argv, struct lull_arena *arena)
{
	struct lull_files files = { 0 };
	struct cli cli = { .knowledge = &files, .arena = arena };
	const char *folder = NULL;
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			put_usage(stdout);
			return CLI_DONE;
		}
		if (!strcmp(argv[i], "--help=verbs")) {
			for (size_t v = 0; v < N_VERBS; v++)
				puts(verbs[v].name);
			return CLI_DONE;
		}
		if (!strcmp(argv[i], "--version")) {
			return cmd_version_short();
		}
		if (!strcmp(argv[i], "--quiet")) {
			cli.quiet = true;
		} else if (!strcmp(argv[i], "--knowledge") && i + 1 < argc) {
			folder = argv[++i];
		} else if (!strncmp(argv[i], "--knowledge=", 12)) {
			folder = argv[i] + 12;
		} else {
			fprintf(stderr, "lull: unknown option %s\n", argv[i]);
			put_usage(stderr);
			return CLI_USAGE;
		}
	}
	if (i >= argc) {
		put_usage(stderr);
		return CLI_USAGE;
	}
	const struct verb *verb = find_verb(argv[i]);
	if (!verb)
		return unknown_verb(argv[i]);
	look_at_terminal(&cli);
	const int rc = open_knowledge(folder, arena, &files);
	return rc ? rc : verb->run(&cli, argc - i, argv + i);
}

static int with_arena(int argc, char **argv)
{
	struct lull_arena arena = { 0 };
	const int rc = run(argc, argv, &arena);

	lull_arena_clear(&arena);
	return rc;
}

static int refuse_machine(void)
{
	fputs("lull: ", stderr);
	fputs(lull_cpu_needs, stderr);
	fputs("\n", stderr);
	return CLI_SYSTEM;
}

/* Built for any processor of the family, so that one without FMA is refused with a
 * sentence and not with an illegal instruction (design: same bits). */
#if defined(__x86_64__)
__attribute__((target("no-avx,no-avx2,no-fma,no-bmi,no-bmi2"), noinline))
#endif
int main(int argc, char **argv)
{
	return lull_cpu_ok() ? with_arena(argc, argv) : refuse_machine();
}
