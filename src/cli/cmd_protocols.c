/* lull protocols - the dosing protocols: what each is for, what it states and what it leaves open. */
#include "cli.h"

#include <string.h>

#include "lull/base/sources.h"
#include "lull/codec/plan_json.h"
#include "lull/report/doc.h"
#include "lull/report/screen_doc.h"
#include "lull/report/sheet.h"

static const struct cli_usage list_usage = {
	"protocols list", "[--use U] [--json]",
	"Every protocol with its use: clinical, research, simulation or record_only. A protocol that lacks a rate, a "
	"duration or a cap is kept for the record and has no pump sheet."
};
static const struct cli_usage show_usage = {
	"protocols show", "ID [--json]",
	"One protocol: each number with its source and trust mark, what is not stated, what was observed."
};

static int load(struct cli *cli, struct lull_protocols *out)
{
	struct lull_diags diags;

	lull_diags_init(&diags, cli->arena);
	return lull_protocols_load(cli->knowledge, cli->arena, out, &diags) == LULL_OK ? CLI_DONE : cli_diags(&diags);
}

/* ---- list ----------------------------------------------------------------------------- */

static const char *places_text(const struct lull_protocol *p, struct lull_arena *arena)
{
	const char *text = "";

	for (int i = 0; text && i < LULL_N_PLACES; i++)
		if (p->places >> i & 1)
			text = lull_arena_printf(arena, "%s%s%s", text, *text ? ", " : "", lull_place_names[i]);
	return text ? text : "";
}

static const struct lull_table_column columns[] = {
	{ "Protocol", LULL_AT_START, 0 }, { "Use", LULL_AT_START, 0 }, { "Route", LULL_AT_START, 0 },
	{ "Setting", LULL_AT_START, 0 },  { "What", LULL_AT_START, 1 },
};

static int print_list(struct cli *cli, const struct lull_protocols *all, int use)
{
	const struct lull_doc_head head = { .title = "Protocols", .provenance = lull_arena_printf(
						    cli->arena, "Lull " LULL_VERSION ", knowledge %.8s", cli->knowledge->hash),
					    .footer = "Supports a licensed clinician's decision. Not a cleared or certified "
						      "medical device." };
	struct lull_table *table = lull_table_new(cli->arena, NULL, columns, 5);
	struct lull_document doc;
	struct lull_buf buf = { 0 };
	struct lull_err err = { 0 };

	for (size_t i = 0; i < all->n_items; i++) {
		const struct lull_protocol *p = &all->items[i];
		if (use >= 0 && p->use != use)
			continue;
		lull_table_cell(table, p->id);
		lull_table_cell(table, lull_protocol_use_names[p->use]);
		lull_table_cell(table, lull_route_names[p->route]);
		lull_table_cell(table, places_text(p, cli->arena));
		lull_table_cell(table, p->name);
	}
	lull_doc_init(&doc, cli->arena, &head);
	doc.failed |= !table || table->failed;
	lull_doc_table(&doc, table);
	if (lull_doc_text(&doc, cli->width, cli->color, &buf, &err) == LULL_OK)
		return cli_print(&buf);
	lull_buf_clear(&buf);
	return cli_fail(&err);
}

static int print_list_json(struct cli *cli, const struct lull_protocols *all, int use)
{
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };

	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "protocols", LULL_PROTOCOLS_JSON_VERSION, cli->knowledge);
	lull_json_open(&json, "protocols", '[');
	for (size_t i = 0; i < all->n_items; i++)
		if (use < 0 || all->items[i].use == use)
			lull_json_protocol(&json, NULL, &all->items[i]);
	lull_json_close(&json, ']');
	lull_json_close(&json, '}');
	lull_buf_putc(&buf, '\n');
	return cli_print(&buf);
}

static int run_list(struct cli *cli, int argc, char **argv)
{
	int use = -1;
	bool as_json = false;
	const struct cli_option options[] = {
		{ .name = "use", .type = CLI_CHOICE, .value = &use, .arg = "U", .help = "only these",
		  .choices = lull_protocol_use_names },
		{ .name = "json", .type = CLI_FLAG, .value = &as_json, .help = "for machines" },
		{ 0 },
	};
	struct lull_protocols all = { 0 };
	const char **words;
	size_t n_words;
	int status = cli_parse(cli, &list_usage, options, argc, argv, &words, &n_words);

	if (status >= 0)
		return status;
	if (n_words)
		return cli_usage_error(&list_usage, "it takes no other words");
	status = load(cli, &all);
	if (status != CLI_DONE)
		return status;
	return as_json ? print_list_json(cli, &all, use) : print_list(cli, &all, use);
}

/* ---- show ------------------------------------------------------------------------------ */

static int unknown_protocol(const struct lull_protocols *all, const char *id, struct lull_arena *arena)
{
	const char **known = LULL_ARENA_NEW(arena, const char *, all->n_items + 1);
	struct lull_err err = { 0 };

	(void)lull_fail(&err, LULL_ENOTFOUND, "protocol", "there is no protocol '%s'", id);
	for (size_t i = 0; known && i < all->n_items; i++)
		known[i] = all->items[i].id;
	const char *near = known ? lull_nearest_name(id, known) : NULL;
	lull_mend(&err, "%s%s%s`lull protocols list` shows them", near ? "did you mean '" : "", near ? near : "",
		  near ? "'? " : "");
	return cli_fail(&err);
}

static int print_show(struct cli *cli, const struct lull_protocol *p)
{
	const struct lull_doc_head head = { .eyebrow = p->id, .title = p->name, .provenance = lull_arena_printf(
						    cli->arena, "Lull " LULL_VERSION ", knowledge %.8s", cli->knowledge->hash),
					    .footer = "Supports a licensed clinician's decision. Not a cleared or certified "
						      "medical device." };
	struct lull_sources sources;
	struct lull_document doc;
	struct lull_diags diags;
	struct lull_buf buf = { 0 };
	struct lull_err err = { 0 };

	lull_diags_init(&diags, cli->arena);
	if (lull_sources_load(cli->knowledge, cli->arena, &sources, &diags) != LULL_OK)
		return cli_diags(&diags);
	lull_doc_init(&doc, cli->arena, &head);
	lull_sheet_protocol(&doc, p);
	lull_doc_sources(&doc, &sources);
	if (lull_doc_text(&doc, cli->width, cli->color, &buf, &err) == LULL_OK)
		return cli_print(&buf);
	lull_buf_clear(&buf);
	return cli_fail(&err);
}

static int print_show_json(struct cli *cli, const struct lull_protocol *p)
{
	struct lull_buf buf = { 0 };
	struct lull_json json = { .out = &buf };

	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "protocol", LULL_PROTOCOLS_JSON_VERSION, cli->knowledge);
	lull_json_protocol(&json, "answer", p);
	lull_json_close(&json, '}');
	lull_buf_putc(&buf, '\n');
	return cli_print(&buf);
}

static int run_show(struct cli *cli, int argc, char **argv)
{
	bool as_json = false;
	const struct cli_option options[] = {
		{ .name = "json", .type = CLI_FLAG, .value = &as_json, .help = "for machines" },
		{ 0 },
	};
	struct lull_protocols all = { 0 };
	const char **words;
	size_t n_words;
	int status = cli_parse(cli, &show_usage, options, argc, argv, &words, &n_words);

	if (status >= 0)
		return status;
	if (n_words != 1)
		return cli_usage_error(&show_usage, "it takes the id of one protocol");
	status = load(cli, &all);
	if (status != CLI_DONE)
		return status;
	const struct lull_protocol *p = lull_protocol_find(&all, words[0]);
	if (!p)
		return unknown_protocol(&all, words[0], cli->arena);
	return as_json ? print_show_json(cli, p) : print_show(cli, p);
}

static const struct cli_subverb subverbs[] = {
	{ "list", run_list, "every protocol and its use" },
	{ "show", run_show, "one protocol, number by number" },
	{ 0 },
};

int cmd_protocols(struct cli *cli, int argc, char **argv)
{
	return cli_dispatch(cli, "protocols", subverbs, argc, argv);
}
