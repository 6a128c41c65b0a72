/* lull models - the kinetic models and effects: what they say, where it comes from, how far it holds. */
#include "cmd_models.h"
#include "sim_cli.h"

#include <math.h>
#include <string.h>

#include "lull/num/math.h"

/* ------------------------------------------------------------------ loading */

int models_load(struct cli *cli, const char *name, double weight_kg, struct lull_model_view *out)
{
	struct lull_err err = { 0 };
	const struct lull_pm *pm;
	const int rc = sim_load_model(cli, name, &pm);

	if (rc != CLI_DONE)
		return rc;
	return lull_model_view_of(pm, weight_kg, cli->arena, out, &err) == LULL_OK ? CLI_DONE : cli_fail(&err);
}

static int load_effects(struct cli *cli, struct lull_effects *out)
{
	struct lull_diags diags;

	lull_diags_init(&diags, cli->arena);
	return lull_effects_load(cli->knowledge, cli->arena, out, &diags) == LULL_OK ? CLI_DONE : cli_diags(&diags);
}

/* ------------------------------------------------------------------ words */

void models_about(struct lull_buf *buf, double x)
{
	const double size = x < 0 ? -x : x;

	lull_buf_num(buf, x, size < 0.1 ? 4 : size < 10 ? 2 : size < 100 ? 1 : 0);
}

void models_time(struct lull_buf *buf, double h)
{
	const bool is_min = h < 1, is_day = h >= 48;

	if (!lull_is_finite(h)) {
		lull_buf_puts(buf, "never");
		return;
	}
	models_about(buf, is_min ? h * 60 : is_day ? h / 24 : h);
	lull_buf_puts(buf, is_min ? " min" : is_day ? " d" : " h");
}

void models_half_lives(struct lull_buf *buf, const struct lull_disposition *d)
{
	for (int i = 0; i < d->n_half_lives; i++) {
		lull_buf_puts(buf, i ? ", " : "");
		models_time(buf, d->half_life_h[i]);
	}
	if (!d->n_half_lives)
		lull_buf_puts(buf, "not told apart");
}

void models_pad(struct lull_buf *buf, size_t from, size_t width)
{
	const size_t used = lull_utf8_length(lull_buf_text(buf) + from);

	lull_buf_pad(buf, ' ', used < width ? width - used : 1);
}

const char *models_curve_words(struct lull_arena *arena, struct lull_drive drive)
{
	static const char *const moieties[] = { "total ketamine", "S-ketamine", "norketamine", NULL };
	static const char *const sites[] = { "arterial", "venous", NULL };
	const char *moiety = moieties[drive.moiety], *site = sites[drive.site];
	const char *text = !moiety ? (site ? site : "") :
			   lull_arena_printf(arena, "%s, %s", moiety, site ? site : "site not stated");

	return text ? text : "";
}

/* ------------------------------------------------------------------ list */

static void put_cell(struct lull_buf *buf, const char *text, size_t width)
{
	const size_t from = buf->n;

	lull_buf_puts(buf, text);
	models_pad(buf, from, width);
}

static void put_inputs(struct lull_buf *buf, const struct lull_pm_info *info, size_t width)
{
	const size_t from = buf->n;

	for (int i = 0; i < info->n_inputs; i++)
		lull_buf_printf(buf, "%s%s", i ? ", " : "", info->inputs[i].name);
	models_pad(buf, from, width);
}

static void put_row(struct lull_buf *buf, struct cli *cli, const struct lull_model_view *v)
{
	const struct lull_pm_info *info = v->info;
	static const char *const products[] = { "racemate", "esketamine" };
	size_t from;

	put_cell(buf, info->id, 19);
	put_cell(buf, info->product < 0 ? "any" : products[info->product], 11);
	put_cell(buf, models_curve_words(cli->arena, info->output_drive[v->parent]), 32);
	put_inputs(buf, info, 28);
	from = buf->n;
	lull_buf_printf(buf, "%d", info->shape->n_states);
	models_pad(buf, from, 7);
	put_cell(buf, info->n_etas ? "yes" : "no", 7);
	lull_buf_puts(buf, info->mark == LULL_MARK_NONE ? "none" : lull_mark_names[info->mark]);
	lull_buf_putc(buf, '\n');
}

static int cmd_list(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"models list", "[--json]",
		"Lists the kinetic models: what is dosed, what the curve is (total or S-ketamine, arterial or venous), where "
		"doses go, states, spread between people, trust mark. With --json also clearance and half-lives."
	};
	bool json = false;
	const struct cli_option options[] = { { .name = "json", .value = &json, .help = "for machines" }, { 0 } };
	const char **words, **ids = NULL;
	size_t n_words, n_ids = 0;
	struct lull_err err = { 0 };
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (n_words)
		return cli_usage_error(&usage, "it takes no words");
	if (lull_pm_ids(cli->knowledge, cli->arena, &ids, &n_ids, &err) != LULL_OK)
		return cli_fail(&err);
	struct lull_buf buf = { 0 };
	struct lull_json out = { .out = &buf };
	if (json) {
		lull_json_open(&out, NULL, '{');
		lull_json_head(&out, "models_list", 2, cli->knowledge);
		lull_json_open(&out, "models", '[');
	} else {
		lull_buf_puts(&buf, "MODEL              DRUG       CURVE                           DOSES INTO                  STATES "
				    "SPREAD MARK\n");
	}
	for (size_t i = 0; i < n_ids; i++) {
		struct lull_model_view v;
		if ((rc = models_load(cli, ids[i], NAN, &v)) != CLI_DONE) {
			lull_buf_clear(&buf);
			return rc;
		}
		if (json)
			lull_json_model_brief(&out, NULL, &v);
		else
			put_row(&buf, cli, &v);
	}
	if (json) {
		lull_json_close(&out, ']');
		lull_json_close(&out, '}');
		lull_buf_putc(&buf, '\n');
	}
	return cli_print(&buf);
}

/* ------------------------------------------------------------------ effects */

static void put_limit(struct lull_buf *buf, const char *before, double x, const char *unit)
{
	if (lull_is_nan(x))
		return;
	lull_buf_puts(buf, before);
	lull_buf_num(buf, x, 2);
	lull_buf_puts(buf, unit);
}

static void put_number(struct lull_buf *buf, struct cli *cli, const struct lull_effect_number *n,
		       const struct lull_sources *sources)
{
	put_cell(buf, n->name, 28);
	const size_t from = buf->n;
	lull_buf_num(buf, n->value, 4);
	put_limit(buf, " (", n->low, "");
	put_limit(buf, " to ", n->high, ")");
	models_pad(buf, from, 22);
	put_cell(buf, lull_mark_names[n->mark], 13);
	if (lull_source_citation(sources, n->source, buf, NULL, NULL) != LULL_OK)
		lull_buf_puts(buf, n->source);
	lull_buf_putc(buf, '\n');
	if (n->note)
		lull_buf_wrap(buf, n->note, 4, (size_t)cli->width);
}

static int cmd_effects(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"models effects", "[--json]",
		"Lists the numbers behind the effects (pain, perception, sustained relief, blood pressure, receptor "
		"occupancy) with limits, mark and source, and what is not known."
	};
	bool json = false;
	const struct cli_option options[] = { { .name = "json", .value = &json, .help = "for machines" }, { 0 } };
	const char **words;
	size_t n_words;
	struct lull_effects effects;
	struct lull_sources sources;
	struct lull_diags diags;
	struct lull_buf buf = { 0 };
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (n_words)
		return cli_usage_error(&usage, "it takes no words");
	if ((rc = load_effects(cli, &effects)) != CLI_DONE)
		return rc;
	if (json) {
		struct lull_json out = { .out = &buf };
		lull_json_open(&out, NULL, '{');
		lull_json_head(&out, "models_effects", 1, cli->knowledge);
		lull_json_effects(&out, "effects", &effects);
		lull_json_close(&out, '}');
		lull_buf_putc(&buf, '\n');
		return cli_print(&buf);
	}
	lull_diags_init(&diags, cli->arena);
	if (lull_sources_load(cli->knowledge, cli->arena, &sources, &diags) != LULL_OK)
		return cli_diags(&diags);
	lull_buf_puts(&buf, "NUMBER                      VALUE (LIMITS)        MARK         SOURCE\n");
	for (size_t i = 0; i < effects.n_numbers; i++)
		put_number(&buf, cli, &effects.numbers[i], &sources);
	lull_buf_puts(&buf, "\nCaveats\n");
	for (size_t i = 0; i < effects.n_caveats; i++)
		lull_buf_wrap(&buf, effects.caveats[i], 2, (size_t)cli->width);
	return cli_print(&buf);
}

int cmd_models(struct cli *cli, int argc, char **argv)
{
	static const struct cli_subverb table[] = {
		{ "list", cmd_list, "all models: drug, curve, routes, states, spread, mark" },
		{ "show", cmd_models_show, "one model, every number with mark and source" },
		{ "effects", cmd_effects, "the numbers behind the effects" },
		{ "check", cmd_models_check, "load them all, or a file of your own, and say what is wrong and what follows" },
		{ "plot", cmd_models_plot, "concentration curves of a regimen, models over one another" },
		{ "compare", cmd_models_compare, "models side by side, with what was observed laid over" },
		{ "import", cmd_models_import, "a NONMEM control stream as a model file" },
		{ 0 }
	};
	return cli_dispatch(cli, "models", table, argc, argv);
}
