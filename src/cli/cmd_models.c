/* lull models - the kinetic models and effects: what they say, where it comes from, how far it holds. */
#include "cmd_models.h"

#include <math.h>
#include <string.h>

#include "lull/base/sources.h"
#include "lull/codec/models_json.h"
#include "lull/num/math.h"

/* A model with its parameters and modes at one weight. */
struct shown {
	struct lull_model model;
	double weight_kg;
	struct lull_pk pk;
	struct lull_modes modes;
};

static int load(struct cli *cli, const char *id, double weight_kg, struct shown *out)
{
	struct lull_diags diags;
	struct lull_err err = { 0 };

	lull_diags_init(&diags, cli->arena);
	if (lull_model_load(cli->knowledge, id, cli->arena, &out->model, &diags) != LULL_OK)
		return cli_diags(&diags);
	out->weight_kg = weight_kg;
	lull_model_typical(&out->model, weight_kg, true, &out->pk);
	return lull_modes_of(&out->pk, NULL, &out->modes, &err) == LULL_OK ? CLI_DONE : cli_fail(&err);
}

static int load_effects(struct cli *cli, struct lull_effects *out)
{
	struct lull_diags diags;

	lull_diags_init(&diags, cli->arena);
	return lull_effects_load(cli->knowledge, cli->arena, out, &diags) == LULL_OK ? CLI_DONE : cli_diags(&diags);
}

/* ------------------------------------------------------------------ words */

static const char *moiety_words(enum lull_moiety moiety)
{
	static const char *const words[] = { "total ketamine", "S-ketamine", "norketamine" };
	return words[moiety];
}

static const char *site_words(enum lull_site site)
{
	static const char *const words[] = { "arterial", "venous", "site not stated" };
	return words[site];
}

static const char *product_words(enum lull_product product)
{
	return product == LULL_ESKETAMINE ? "esketamine" : "racemic ketamine";
}

/* Three significant digits or so: 0.0042, 0.42, 42.1, 421. */
static void put_about(struct lull_buf *buf, double x)
{
	lull_buf_num(buf, x, x < 0.1 ? 4 : x < 10 ? 2 : x < 100 ? 1 : 0);
}

/* 2.84 min, 28.4 min, 3.06 h, 1.2 d */
static void put_time(struct lull_buf *buf, double h)
{
	const bool is_min = h < 1, is_day = h >= 48;

	put_about(buf, is_min ? h * 60 : is_day ? h / 24 : h);
	lull_buf_puts(buf, is_min ? " min" : is_day ? " d" : " h");
}

static void put_half_lives(struct lull_buf *buf, const double *rate_per_h, int n)
{
	for (int i = 0; i < n; i++) {
		lull_buf_puts(buf, i ? ", " : "");
		put_time(buf, lull_half_life_h(rate_per_h[i]));
	}
	if (!n)
		lull_buf_puts(buf, "not in the model");
}

/* Pad what was written since `from` to `width` columns, at least one blank. */
static void pad_to(struct lull_buf *buf, size_t from, size_t width)
{
	const size_t used = lull_utf8_length(lull_buf_text(buf) + from);

	lull_buf_pad(buf, ' ', used < width ? width - used : 1);
}

static void put_label(struct lull_buf *buf, const char *label)
{
	const size_t from = buf->n;

	lull_buf_puts(buf, label);
	pad_to(buf, from, 15);
}

/* ------------------------------------------------------------------ list */

static void put_row(struct lull_buf *buf, const struct shown *s)
{
	const struct lull_model *m = &s->model;
	size_t from = buf->n;

	lull_buf_puts(buf, m->id);
	pad_to(buf, from, 20);
	from = buf->n;
	lull_buf_puts(buf, product_words(m->product));
	pad_to(buf, from, 18);
	from = buf->n;
	lull_buf_printf(buf, "%s, %s", moiety_words(m->drive.moiety), site_words(m->drive.site));
	pad_to(buf, from, 33);
	from = buf->n;
	put_about(buf, s->pk.cl_l_per_h);
	lull_buf_puts(buf, " L/h");
	pad_to(buf, from, 10);
	put_half_lives(buf, s->modes.lambda_per_h, s->modes.n);
	lull_buf_putc(buf, '\n');
}

static int cmd_list(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"models list", "[--json]",
		"Lists the kinetic models with what is dosed, what the curve is (total or S-ketamine, arterial or venous), "
		"clearance and half-lives of ketamine at 70 kg."
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
	if (lull_model_ids(cli->knowledge, cli->arena, &ids, &n_ids, &err) != LULL_OK)
		return cli_fail(&err);
	struct lull_buf buf = { 0 };
	struct lull_json out = { .out = &buf };
	if (json) {
		lull_json_open(&out, NULL, '{');
		lull_json_head(&out, "models_list", 1, cli->knowledge);
		lull_json_num(&out, "weight_kg", 70);
		lull_json_open(&out, "models", '[');
	} else {
		lull_buf_puts(&buf, "MODEL               DOSED             CURVE                            CLEARANCE "
				    "HALF-LIVES (70 kg)\n");
	}
	for (size_t i = 0; i < n_ids; i++) {
		struct shown s;
		if ((rc = load(cli, ids[i], 70, &s)) != CLI_DONE) {
			lull_buf_clear(&buf);
			return rc;
		}
		if (json)
			lull_json_model_brief(&out, NULL, &s.model, &s.modes);
		else
			put_row(&buf, &s);
	}
	if (json) {
		lull_json_close(&out, ']');
		lull_json_close(&out, '}');
		lull_buf_putc(&buf, '\n');
	}
	return cli_print(&buf);
}

/* ------------------------------------------------------------------ show */

static void put_params(struct lull_buf *buf, const struct shown *s, const struct lull_sources *sources)
{
	const struct lull_model *m = &s->model;

	lull_buf_puts(buf, "\nPARAMETER       ");
	size_t from = buf->n;
	lull_buf_puts(buf, "AT ");
	lull_buf_num(buf, m->reference_weight_kg, 1);
	lull_buf_puts(buf, " KG");
	pad_to(buf, from, 11);
	lull_buf_puts(buf, "WEIGHT^  MARK         SOURCE\n");
	for (size_t i = 0; i < m->n_published; i++) {
		const struct lull_pk_param *p = &m->published[i];
		from = buf->n;
		lull_buf_puts(buf, p->name);
		pad_to(buf, from, 16);
		from = buf->n;
		lull_buf_num(buf, p->value, 6);
		pad_to(buf, from, 11);
		from = buf->n;
		lull_buf_num(buf, p->weight_exponent, 2);
		pad_to(buf, from, 9);
		from = buf->n;
		lull_buf_puts(buf, lull_mark_names[p->mark]);
		pad_to(buf, from, 13);
		if (lull_source_citation(sources, p->source, buf, NULL, NULL) != LULL_OK)
			lull_buf_puts(buf, p->source);
		lull_buf_putc(buf, '\n');
	}
}

static void put_at_weight(struct lull_buf *buf, const struct shown *s)
{
	lull_buf_puts(buf, "\nAt ");
	lull_buf_num(buf, s->weight_kg, 1);
	lull_buf_puts(buf, " kg\n  ");
	put_label(buf, "clearance");
	put_about(buf, s->pk.cl_l_per_h);
	lull_buf_puts(buf, " L/h\n  ");
	put_label(buf, "volumes");
	put_about(buf, s->pk.v1_l);
	lull_buf_puts(buf, " L central, ");
	put_about(buf, s->pk.v1_l + s->pk.v2_l + s->pk.v3_l);
	lull_buf_puts(buf, " L in all\n  ");
	put_label(buf, "half-lives");
	put_half_lives(buf, s->modes.lambda_per_h, s->modes.n);
	lull_buf_puts(buf, "\n  ");
	put_label(buf, "norketamine");
	put_half_lives(buf, s->modes.k_per_h, s->modes.n_nk);
	lull_buf_putc(buf, '\n');
}

/* Log-normal: sd of the parameter over its mean. */
static double cv_percent(double log_variance)
{
	return 100 * lull_sqrt(lull_expm1(log_variance));
}

static void put_variability(struct lull_buf *buf, const struct lull_model *m)
{
	size_t n = 0;

	lull_buf_puts(buf, "  ");
	put_label(buf, "between people");
	for (size_t i = 0; i < m->n_omega; i++) {
		if (strcmp(m->omega[i].a, m->omega[i].b) != 0)
			continue;
		lull_buf_printf(buf, "%s%s ", n++ ? ", " : "", m->omega[i].a);
		lull_buf_num(buf, cv_percent(m->omega[i].value), 0);
		lull_buf_printf(buf, " %% (%s)", lull_mark_names[m->omega[i].mark]);
	}
	lull_buf_puts(buf, n ? "\n" : "not known: one typical curve only\n");
}

static void put_limit(struct lull_buf *buf, const char *before, double x, const char *unit)
{
	if (lull_is_nan(x))
		return;
	lull_buf_puts(buf, before);
	lull_buf_num(buf, x, 2);
	lull_buf_puts(buf, unit);
}

static void put_range(struct lull_buf *buf, const struct lull_model *m)
{
	lull_buf_puts(buf, "  ");
	put_label(buf, "range");
	lull_buf_num(buf, m->fitted_weight_min_kg, 0);
	lull_buf_puts(buf, " to ");
	lull_buf_num(buf, m->fitted_weight_max_kg, 0);
	lull_buf_puts(buf, " kg");
	put_limit(buf, ", to ", m->fitted_conc_max_ng_per_ml, " ng/mL");
	put_limit(buf, ", to ", m->fitted_dur_max_h, " h");
	lull_buf_printf(buf, " (%s)\n", lull_mark_names[m->fitted_mark]);
}

static void put_drive(struct lull_buf *buf, struct cli *cli, const struct shown *s, const struct lull_effects *effects)
{
	struct lull_bridge bridge;
	struct lull_err err = { 0 };
	const int rc = lull_effects_bind(effects, s->model.drive, false, &bridge, &err);

	lull_buf_puts(buf, "\nEffects\n");
	lull_buf_wrap(buf, rc == LULL_OK ? bridge.said : err.what, 2, (size_t)cli->width);
}

static void put_caveats(struct lull_buf *buf, struct cli *cli, const char *const *caveats, size_t n)
{
	lull_buf_puts(buf, "\nCaveats\n");
	for (size_t i = 0; i < n; i++)
		lull_buf_wrap(buf, caveats[i], 2, (size_t)cli->width);
}

/* The full references of the model's own line, one a paragraph. */
static int put_sources(struct lull_buf *buf, struct cli *cli, const struct lull_sources *sources, const char *cited,
		       struct lull_err *err)
{
	struct lull_buf full = { 0 };
	int rc = lull_source_citation(sources, cited, NULL, &full, err);

	if (rc == LULL_OK)
		rc = lull_buf_status(&full, err);
	lull_buf_puts(buf, "\nSources\n");
	for (char *line = rc == LULL_OK ? full.data : NULL; line && *line;) {
		char *end = strchr(line, '\n');
		if (end)
			*end = 0;
		lull_buf_wrap(buf, line, 2, (size_t)cli->width);
		line = end ? end + 1 : NULL;
	}
	lull_buf_clear(&full);
	return rc;
}

static int show_text(struct cli *cli, const struct shown *s, const struct lull_effects *effects)
{
	const struct lull_model *m = &s->model;
	struct lull_sources sources;
	struct lull_diags diags;
	struct lull_buf buf = { 0 };
	struct lull_err err = { 0 };

	lull_diags_init(&diags, cli->arena);
	if (lull_sources_load(cli->knowledge, cli->arena, &sources, &diags) != LULL_OK)
		return cli_diags(&diags);
	lull_buf_printf(&buf, "%s  %s\n", m->id, m->name);
	lull_buf_wrap(&buf, m->about, 2, (size_t)cli->width);
	lull_buf_printf(&buf, "  dosed %s into a vein; curve of %s, %s; %s\n", product_words(m->product),
			moiety_words(m->drive.moiety), site_words(m->drive.site), lull_mark_names[m->mark]);
	put_params(&buf, s, &sources);
	put_at_weight(&buf, s);
	put_variability(&buf, m);
	put_range(&buf, m);
	put_drive(&buf, cli, s, effects);
	put_caveats(&buf, cli, m->caveats, m->n_caveats);
	if (put_sources(&buf, cli, &sources, m->source, &err) != LULL_OK) {
		lull_buf_clear(&buf);
		return cli_fail(&err);
	}
	return cli_print(&buf);
}

static int show_json(struct cli *cli, const struct shown *s)
{
	struct lull_buf buf = { 0 };
	struct lull_json out = { .out = &buf };

	lull_json_open(&out, NULL, '{');
	lull_json_head(&out, "models_show", 1, cli->knowledge);
	lull_json_model(&out, "model", &s->model, s->weight_kg, &s->pk, &s->modes);
	lull_json_close(&out, '}');
	lull_buf_putc(&buf, '\n');
	return cli_print(&buf);
}

static int cmd_show(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"models show", "ID [--weight KG] [--json]",
		"Shows one kinetic model: every parameter with mark and source, clearance, volumes and half-lives at a "
		"weight, spread between people, the range it was fitted on, what it may drive, caveats and sources."
	};
	double weight_kg = 70;
	bool json = false;
	const struct cli_option options[] = {
		{ "weight", CLI_NUMBER, &weight_kg, "KG", "for clearance, volumes and half-lives; 70 without it", NULL,
		  10, 300 },
		{ .name = "json", .value = &json, .help = "for machines" },
		{ 0 }
	};
	const char **words;
	size_t n_words;
	struct lull_effects effects;
	struct shown s;
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (n_words != 1)
		return cli_usage_error(&usage, "it takes the id of one model; `lull models list` lists them");
	if ((rc = load(cli, words[0], weight_kg, &s)) != CLI_DONE)
		return rc;
	if (json)
		return show_json(cli, &s);
	rc = load_effects(cli, &effects);
	return rc == CLI_DONE ? show_text(cli, &s, &effects) : rc;
}

/* ------------------------------------------------------------------ effects */

static void put_number(struct lull_buf *buf, struct cli *cli, const struct lull_effect_number *n,
		       const struct lull_sources *sources)
{
	size_t from = buf->n;

	lull_buf_puts(buf, n->name);
	pad_to(buf, from, 28);
	from = buf->n;
	lull_buf_num(buf, n->value, 4);
	put_limit(buf, " (", n->low, "");
	put_limit(buf, " to ", n->high, ")");
	pad_to(buf, from, 22);
	from = buf->n;
	lull_buf_puts(buf, lull_mark_names[n->mark]);
	pad_to(buf, from, 13);
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
	put_caveats(&buf, cli, effects.caveats, effects.n_caveats);
	return cli_print(&buf);
}

/* ------------------------------------------------------------------ check */

static int cmd_check(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"models check", "[--json]",
		"Loads every model and the effects as every other verb does and says what is wrong, with file, line and "
		"column: missing or unknown numbers, adult clearance outside its guard, a covariance that cannot be."
	};
	bool json = false;
	const struct cli_option options[] = { { .name = "json", .value = &json, .help = "for machines" }, { 0 } };
	const char **words, **ids = NULL;
	size_t n_words, n_ids = 0;
	struct lull_effects effects;
	struct lull_err err = { 0 };
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (n_words)
		return cli_usage_error(&usage, "it takes no words");
	if (lull_model_ids(cli->knowledge, cli->arena, &ids, &n_ids, &err) != LULL_OK)
		return cli_fail(&err);
	struct lull_buf buf = { 0 };
	struct lull_json out = { .out = &buf };
	int worst = CLI_DONE;
	if (json) {
		lull_json_open(&out, NULL, '{');
		lull_json_head(&out, "models_check", 1, cli->knowledge);
		lull_json_open(&out, "models", '[');
	}
	for (size_t i = 0; i <= n_ids; i++) {
		struct shown s;
		const char *name = i < n_ids ? ids[i] : "effects";
		rc = i < n_ids ? load(cli, ids[i], 70, &s) : load_effects(cli, &effects);
		worst = rc > worst ? rc : worst;
		if (json) {
			lull_json_open(&out, NULL, '{');
			lull_json_text(&out, "id", name);
			lull_json_bool(&out, "ok", rc == CLI_DONE);
			lull_json_close(&out, '}');
		} else {
			lull_buf_printf(&buf, "%s %s\n", rc == CLI_DONE ? "ok     " : "refused", name);
		}
	}
	if (json) {
		lull_json_close(&out, ']');
		lull_json_close(&out, '}');
		lull_buf_putc(&buf, '\n');
	}
	rc = cli_print(&buf);
	return rc == CLI_DONE ? worst : rc;
}

int cmd_models(struct cli *cli, int argc, char **argv)
{
	static const struct cli_subverb table[] = {
		{ "list", cmd_list, "all models with clearance and half-lives" },
		{ "show", cmd_show, "one model, every number with mark and source" },
		{ "effects", cmd_effects, "the numbers behind the effects" },
		{ "check", cmd_check, "load them all and say what is wrong" },
		{ "import", cmd_models_import, "a NONMEM control stream as a model file" },
		{ 0 }
	};
	return cli_dispatch(cli, "models", table, argc, argv);
}
