/* Option parsing for every verb: one table gives parsing, help and usage errors. */
#include "cli.h"

#include <stdarg.h>
#include <string.h>

#include "lull/base/date.h"
#include "lull/base/parse.h"


/* "one of: a, b" when the name of the value does not say them already ("28|30|calendar"). */
static void put_choices(struct lull_buf *buf, const struct cli_option *o)
{
	if (o->type != CLI_CHOICE || (o->arg && strchr(o->arg, '|')))
		return;
	for (int i = 0; o->choices[i]; i++)
		lull_buf_printf(buf, "%s%s", i ? ", " : "one of: ", o->choices[i]);
	lull_buf_putc(buf, '\n');
}

static void put_option(struct lull_buf *buf, const struct cli_option *o)
{
	struct lull_buf left = { 0 }, choices = { 0 };

	lull_buf_printf(&left, "  --%s", o->name);
	if (o->type != CLI_FLAG)
		lull_buf_printf(&left, " %s", o->arg ? o->arg : "VALUE");
	lull_buf_puts(buf, lull_buf_text(&left));
	lull_buf_pad(buf, ' ', left.n < 28 ? 28 - left.n : 2);
	lull_buf_puts(buf, o->help ? o->help : "");
	lull_buf_putc(buf, '\n');
	put_choices(&choices, o);
	if (choices.n)
		lull_buf_wrap(buf, lull_buf_text(&choices), 28, 90);
	lull_buf_clear(&choices);
	lull_buf_clear(&left);
}

static void put_usage(struct lull_buf *buf, const struct cli_usage *usage)
{
	lull_buf_printf(buf, "usage: lull %s %s\n", usage->verb, usage->synopsis);
}

static int print_help(const struct cli_usage *usage, const struct cli_option *options)
{
	struct lull_buf buf = { 0 };

	put_usage(&buf, usage);
	lull_buf_putc(&buf, '\n');
	lull_buf_wrap(&buf, usage->about, 0, 80);
	if (options && options->name)
		lull_buf_puts(&buf, "\noptions:\n");
	for (const struct cli_option *o = options; o && o->name; o++)
		put_option(&buf, o);
	return cli_print(&buf);
}

/* Text with roff's own characters made harmless. */
static void put_roff(struct lull_buf *buf, const char *text)
{
	for (const char *c = text ? text : ""; *c; c++) {
		if (*c == '\\')
			lull_buf_puts(buf, "\\e");
		else if ((*c == '.' || *c == '\'') && (c == text || c[-1] == '\n'))
			lull_buf_printf(buf, "\\&%c", *c);
		else if (*c == '-')
			lull_buf_puts(buf, "\\-");
		else
			lull_buf_putc(buf, *c);
	}
}

/* The verb's section of the manual page (mdoc), from the same tables as its help. */
static int print_man(const struct cli_usage *usage, const struct cli_option *options)
{
	struct lull_buf buf = { 0 };

	lull_buf_printf(&buf, ".Ss lull %s\n.Dl lull %s ", usage->verb, usage->verb);
	put_roff(&buf, usage->synopsis);
	lull_buf_puts(&buf, "\n.Pp\n");
	put_roff(&buf, usage->about);
	lull_buf_putc(&buf, '\n');
	if (options && options->name) {
		lull_buf_puts(&buf, ".Bl -tag -width Ds\n");
		for (const struct cli_option *o = options; o->name; o++) {
			lull_buf_printf(&buf, ".It Fl Fl %s", o->name);
			if (o->type != CLI_FLAG) {
				lull_buf_puts(&buf, " Ar ");
				put_roff(&buf, o->arg ? o->arg : "VALUE");
			}
			lull_buf_putc(&buf, '\n');
			put_roff(&buf, o->help ? o->help : "");
			lull_buf_putc(&buf, '\n');
			put_choices(&buf, o);
		}
		lull_buf_puts(&buf, ".El\n");
	}
	return cli_print(&buf);
}

int cli_usage_error(const struct cli_usage *usage, const char *fmt, ...)
{
	struct lull_buf buf = { 0 };
	va_list ap;

	lull_buf_puts(&buf, "lull: ");
	va_start(ap, fmt);
	lull_buf_vprintf(&buf, fmt, ap);
	va_end(ap);
	lull_buf_putc(&buf, '\n');
	put_usage(&buf, usage);
	lull_buf_printf(&buf, "`lull %s --help` lists the options.\n", usage->verb);
	fputs(lull_buf_text(&buf), stderr);
	lull_buf_clear(&buf);
	return CLI_USAGE;
}

static const struct cli_option *find_option(const struct cli_option *options, const char *name, size_t n)
{
	for (const struct cli_option *o = options; o && o->name; o++)
		if (strlen(o->name) == n && !memcmp(o->name, name, n))
			return o;
	return NULL;
}

static int set_choice(const struct cli_usage *usage, const struct cli_option *o, const char *text)
{
	struct lull_buf list = { 0 };

	for (int i = 0; o->choices[i]; i++) {
		if (!strcmp(o->choices[i], text)) {
			*(int *)o->value = i;
			lull_buf_clear(&list);
			return -1;
		}
		lull_buf_printf(&list, "%s%s", i ? ", " : "", o->choices[i]);
	}
	const int rc = cli_usage_error(usage, "--%s does not know '%s'; it takes one of: %s", o->name, text,
				       lull_buf_text(&list));
	lull_buf_clear(&list);
	return rc;
}

static int set_value(const struct cli_usage *usage, const struct cli_option *o, const char *text)
{
	const struct lull_range range = { o->min, o->max, NULL };
	const bool bounded = o->min < o->max;
	struct lull_err err = { 0 };
	int64_t count = 0;
	int rc = LULL_OK;

	switch (o->type) {
	case CLI_TEXT:
		*(const char **)o->value = text;
		return -1;
	case CLI_CHOICE:
		return set_choice(usage, o, text);
	case CLI_NUMBER:
		rc = lull_parse_double(text, strlen(text), '.', bounded ? &range : NULL, o->name, o->value, &err);
		break;
	case CLI_COUNT:
		rc = lull_parse_int(text, strlen(text), bounded ? (int64_t)o->min : 0,
				    bounded ? (int64_t)o->max : INT64_MAX, o->name, &count, &err);
		if (rc == LULL_OK)
			*(int64_t *)o->value = count;
		break;
	case CLI_LIST: {
		struct cli_list *list = o->value;
		if (list->n == CLI_LIST_MAX)
			return cli_usage_error(usage, "--%s can be given %d times", o->name, (int)CLI_LIST_MAX);
		list->items[list->n++] = text;
		return -1;
	}
	case CLI_DAY:
		rc = lull_day_parse(text, strlen(text), o->name, o->value, &err);
		break;
	case CLI_FLAG:
		break;
	}
	if (rc == LULL_OK)
		return -1;
	if (o->type == CLI_DAY) /* the parser's mend explains patterns; here one example says it */
		return cli_usage_error(usage, "--%s: %s: year-month-day, as in 2026-11-22", o->name, err.what);
	return cli_usage_error(usage, "--%s: %s%s%s", o->name, err.what, err.mend[0] ? "; " : "", err.mend);
}

/* One "--name[=value]"; *i moves past a value in the next word. */
static int take_option(const struct cli_usage *usage, const struct cli_option *options, int argc, char **argv,
		       int *i)
{
	const char *name = argv[*i] + 2, *eq = strchr(name, '=');
	const size_t n = eq ? (size_t)(eq - name) : strlen(name);
	const struct cli_option *o = find_option(options, name, n);

	if (n == 4 && !memcmp(name, "help", 4))
		return eq && !strcmp(eq, "=man")	 ? print_man(usage, options)
		       : eq && !strcmp(eq, "=subverbs") ? CLI_DONE
							: print_help(usage, options);
	if (!o) {
		const char *known[64] = { 0 };
		size_t k = 0;
		for (const struct cli_option *p = options; p && p->name && k < 63; p++)
			known[k++] = p->name;
		char typed[64] = { 0 };
		memcpy(typed, name, n < 63 ? n : 63);
		const char *near = lull_nearest_name(typed, known);
		return near ? cli_usage_error(usage, "unknown option --%s; did you mean --%s?", typed, near)
			    : cli_usage_error(usage, "unknown option --%s", typed);
	}
	if (o->type == CLI_FLAG) {
		if (eq)
			return cli_usage_error(usage, "--%s takes no value", o->name);
		*(bool *)o->value = true;
		return -1;
	}
	if (!eq && *i + 1 >= argc)
		return cli_usage_error(usage, "--%s needs a value: %s", o->name, o->arg ? o->arg : "VALUE");
	return set_value(usage, o, eq ? eq + 1 : argv[++*i]);
}

int cli_parse(struct cli *cli, const struct cli_usage *usage, const struct cli_option *options, int argc,
	      char **argv, const char ***words, size_t *n_words)
{
	const char **list = LULL_ARENA_NEW(cli->arena, const char *, (size_t)argc + 1);
	size_t n = 0;
	bool only_words = false;

	if (!list)
		return cli_fail(&(struct lull_err){ .code = LULL_ENOMEM, .what = "out of memory" });
	for (int i = 1; i < argc; i++) {
		if (!only_words && !strcmp(argv[i], "--")) {
			only_words = true;
		} else if (!only_words && !strcmp(argv[i], "-h")) {
			return print_help(usage, options);
		} else if (!only_words && argv[i][0] == '-' && argv[i][1] == '-') {
			const int rc = take_option(usage, options, argc, argv, &i);
			if (rc >= 0)
				return rc;
		} else if (!only_words && argv[i][0] == '-' && argv[i][1]) {
			return cli_usage_error(usage, "unknown option %s", argv[i]);
		} else {
			list[n++] = argv[i];
		}
	}
	*words = list;
	*n_words = n;
	return -1;
}

static void put_subverbs(FILE *out, const char *verb, const struct cli_subverb *table)
{
	fprintf(out, "usage: lull %s <verb> [options]\n\n", verb);
	for (const struct cli_subverb *s = table; s->name; s++)
		fprintf(out, "  %-12s %s\n", s->name, s->about);
	fprintf(out, "\n`lull %s <verb> --help` explains one.\n", verb);
}

int cli_dispatch(struct cli *cli, const char *verb, const struct cli_subverb *table, int argc, char **argv)
{
	const char *known[32] = { 0 };
	size_t n = 0;

	for (const struct cli_subverb *s = table; s->name && n < 31; s++) {
		if (argc > 1 && !strcmp(argv[1], s->name))
			return s->run(cli, argc - 1, argv + 1);
		known[n++] = s->name;
	}
	if (argc > 1 && !strcmp(argv[1], "--help=subverbs")) {
		for (size_t i = 0; i < n; i++)
			puts(known[i]);
		return CLI_DONE;
	}
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		put_subverbs(stdout, verb, table);
		return CLI_DONE;
	}
	if (argc > 1) {
		const char *near = lull_nearest_name(argv[1], known);
		fprintf(stderr, "lull: '%s' is not a verb of lull %s%s%s%s\n", argv[1], verb,
			near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	}
	put_subverbs(stderr, verb, table);
	return CLI_USAGE;
}
