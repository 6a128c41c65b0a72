/* lull models show, lull models check - what a model says, and what follows from it. */
#include "cmd_models.h"

#include <math.h>
#include <string.h>

#include "lull/ketamine/observed.h"
#include "lull/num/math.h"

/* ------------------------------------------------------------------ numbers of the file */

static void put_cell(struct lull_buf *buf, const char *text, size_t width)
{
	const size_t from = buf->n;

	lull_buf_puts(buf, text);
	models_pad(buf, from, width);
}

static void put_label(struct lull_buf *buf, const char *label)
{
	lull_buf_puts(buf, "  ");
	put_cell(buf, label, 15);
}

/* Source and mark of a statement; the file's own where it has none. */
static void put_origin(struct lull_buf *buf, const struct lull_pm_info *info, const struct lull_pm_statement *s,
		       const struct lull_sources *sources)
{
	const enum lull_mark mark = s->mark == LULL_MARK_NONE ? info->mark : s->mark;
	const char *source = s->source ? s->source : info->source ? info->source : "";

	put_cell(buf, mark == LULL_MARK_NONE ? "no mark" : lull_mark_names[mark], 13);
	if (lull_source_citation(sources, source, buf, NULL, NULL) != LULL_OK)
		lull_buf_puts(buf, *source ? source : "no source");
	lull_buf_putc(buf, '\n');
}

/* Statements of the kinds [from, to], under a heading when there are any. */
static void put_statements(struct lull_buf *buf, const struct lull_pm_info *info, int from, int to, const char *heading,
			   const struct lull_sources *sources)
{
	bool is_first = true;

	for (size_t i = 0; i < info->n_statements; i++) {
		const struct lull_pm_statement *s = &info->statements[i];
		if ((int)s->kind < from || (int)s->kind > to)
			continue;
		if (is_first) {
			lull_buf_putc(buf, '\n');
			put_cell(buf, heading, 40);
			lull_buf_puts(buf, "VALUE         MARK         SOURCE\n");
		}
		is_first = false;
		const size_t at = buf->n;
		const char *colon = s->kind == LULL_PM_COVARIATE ? strchr(s->what, ':') : NULL;
		lull_buf_printf(buf, "%s%s", colon ? "  " : "", colon ? colon + 2 : s->what);
		if (s->kind == LULL_PM_PARAMETER && s->note && strcmp(s->note, s->what) != 0 && lull_utf8_length(s->note) < 30)
			lull_buf_printf(buf, "  %s", s->note);
		models_pad(buf, at, 40);
		const size_t value = buf->n;
		lull_buf_num(buf, s->value, 6);
		lull_buf_printf(buf, "%s%s", *s->unit ? " " : "", s->unit);
		models_pad(buf, value, 14);
		put_origin(buf, info, s, sources);
	}
}

/* ------------------------------------------------------------------ what follows */

static void put_part(struct lull_buf *buf, const struct lull_model_view *v, int o)
{
	const struct lull_disposition *d = &v->part[o];

	put_label(buf, v->info->outputs[o].name);
	lull_buf_puts(buf, "half-lives ");
	models_half_lives(buf, d);
	if (!lull_is_nan(d->cl_l_per_h)) {
		lull_buf_puts(buf, "; clearance ");
		models_about(buf, d->cl_l_per_h);
		lull_buf_puts(buf, " L/h, ");
		models_about(buf, d->vss_l);
		lull_buf_puts(buf, " L at steady state");
	}
	lull_buf_puts(buf, ", mean stay ");
	models_time(buf, d->mrt_h);
	lull_buf_putc(buf, '\n');
}

static void put_typical(struct lull_buf *buf, const struct lull_model_view *v)
{
	const struct lull_pm_info *info = v->info;

	lull_buf_puts(buf, "\nTypical person");
	for (int i = 0; i < info->n_covariates; i++) {
		lull_buf_printf(buf, "%s%s ", i ? ", " : ": ", info->covariates[i].name);
		lull_buf_num(buf, v->typical.covariates[i], 3);
		lull_buf_printf(buf, "%s%s", *info->covariates[i].unit ? " " : "", info->covariates[i].unit);
	}
	lull_buf_putc(buf, '\n');
	for (int o = 0; o < info->shape->n_outputs; o++)
		put_part(buf, v, o);
}

static void put_limit(struct lull_buf *buf, const char *before, double x, const char *unit)
{
	if (lull_is_nan(x))
		return;
	lull_buf_puts(buf, before);
	lull_buf_num(buf, x, 2);
	lull_buf_puts(buf, unit);
}

static void put_range(struct lull_buf *buf, const struct lull_pm_range *r)
{
	lull_buf_puts(buf, "  ");
	put_cell(buf, "range of use", 15);
	if (!r->source) {
		lull_buf_puts(buf, "not stated\n");
		return;
	}
	if (!lull_is_nan(r->weight_min_kg)) {
		lull_buf_num(buf, r->weight_min_kg, 0);
		lull_buf_puts(buf, " to ");
		lull_buf_num(buf, r->weight_max_kg, 0);
		lull_buf_puts(buf, " kg");
	}
	put_limit(buf, ", to ", r->conc_max_ng_per_ml, " ng/mL");
	put_limit(buf, ", to ", r->dur_max_h, " h");
	lull_buf_printf(buf, " (%s)\n", lull_mark_names[r->mark]);
}

static void put_drive(struct lull_buf *buf, struct cli *cli, const struct lull_model_view *v, const struct lull_effects *effects)
{
	struct lull_bridge bridge;
	struct lull_err err = { 0 };
	const struct lull_drive drive = v->info->output_drive[v->parent];

	if (drive.moiety == LULL_MOIETY_NOT_STATED)
		return;
	const int rc = lull_effects_bind(effects, drive, false, &bridge, &err);
	lull_buf_puts(buf, "\nEffects\n");
	lull_buf_wrap(buf, rc == LULL_OK ? bridge.said : err.what, 2, (size_t)cli->width);
}

static void put_wrapped(struct lull_buf *buf, struct cli *cli, const char *heading, const char *const *texts, size_t n)
{
	if (n)
		lull_buf_printf(buf, "\n%s\n", heading);
	for (size_t i = 0; i < n; i++)
		lull_buf_wrap(buf, texts[i], 2, (size_t)cli->width);
}

/* ------------------------------------------------------------------ structure */

static void put_structure(struct lull_buf *buf, struct cli *cli, const struct lull_model_view *v)
{
	const struct lull_pm_info *info = v->info;

	put_label(buf, "dosed");
	lull_buf_printf(buf, "%s, in %s\n", info->product == LULL_ESKETAMINE ? "esketamine" : info->product == LULL_RACEMIC_KETAMINE ? "racemic ketamine" :
			"any drug", info->amount_unit);
	for (int i = 0; i < info->n_inputs; i++) {
		char label[40];
		lull_text_format(label, sizeof label, "into CMT %d", i + 1);
		put_label(buf, label);
		lull_buf_puts(buf, info->inputs[i].name);
		if (strcmp(info->inputs[i].label, info->inputs[i].name) != 0)
			lull_buf_printf(buf, ", %s", info->inputs[i].label);
		lull_buf_puts(buf, i == info->default_input && info->n_inputs > 1 ? " (doses that do not say)\n" : "\n");
	}
	for (int o = 0; o < info->n_outputs; o++) {
		const char *what = o < info->shape->n_outputs ? models_curve_words(cli->arena, info->output_drive[o]) : "effect";
		put_label(buf, o ? "" : "gives");
		lull_buf_printf(buf, "%s%s%s%s%s%s\n", info->outputs[o].name, *info->outputs[o].unit ? " in " : "", info->outputs[o].unit,
				*what ? " (" : "", what, *what ? ")" : "");
	}
	put_label(buf, "states");
	lull_buf_printf(buf, "%d, time in %s\n", info->shape->n_states, info->time_unit);
}

/* The full references of the model's own line, one a paragraph; a file of one's own may cite what it likes. */
static void put_sources(struct lull_buf *buf, struct cli *cli, const struct lull_sources *sources, const char *cited)
{
	struct lull_buf full = { 0 };

	if (cited && *cited && lull_source_citation(sources, cited, NULL, &full, NULL) == LULL_OK && full.data) {
		lull_buf_puts(buf, "\nSources\n");
		for (char *line = full.data; line && *line;) {
			char *end = strchr(line, '\n');
			if (end)
				*end = 0;
			lull_buf_wrap(buf, line, 2, (size_t)cli->width);
			line = end ? end + 1 : NULL;
		}
	}
	lull_buf_clear(&full);
}

static int show_text(struct cli *cli, const struct lull_model_view *v)
{
	const struct lull_pm_info *info = v->info;
	struct lull_effects effects;
	struct lull_sources sources;
	struct lull_diags diags;
	struct lull_buf buf = { 0 };

	lull_diags_init(&diags, cli->arena);
	if (lull_sources_load(cli->knowledge, cli->arena, &sources, &diags) != LULL_OK ||
	    lull_effects_load(cli->knowledge, cli->arena, &effects, &diags) != LULL_OK)
		return cli_diags(&diags);
	lull_buf_printf(&buf, "%s  %s\n", info->id, info->name);
	if (info->about)
		lull_buf_wrap(&buf, info->about, 2, (size_t)cli->width);
	put_structure(&buf, cli, v);
	put_statements(&buf, info, LULL_PM_PARAMETER, LULL_PM_COVARIATE, "PARAMETER", &sources);
	put_statements(&buf, info, LULL_PM_BETWEEN_PEOPLE, LULL_PM_BETWEEN_OCCASIONS, "BETWEEN PEOPLE AND OCCASIONS", &sources);
	put_statements(&buf, info, LULL_PM_RESIDUAL, LULL_PM_MOLAR_MASS, "RESIDUAL ERROR, MOLAR MASS", &sources);
	put_typical(&buf, v);
	if (!info->n_etas)
		lull_buf_puts(&buf, "  between people not known: one typical curve only\n");
	put_range(&buf, &info->range);
	put_drive(&buf, cli, v, &effects);
	put_wrapped(&buf, cli, "Caveats", info->caveats, info->n_caveats);
	put_sources(&buf, cli, &sources, info->source);
	return cli_print(&buf);
}

static int show_json(struct cli *cli, const struct lull_model_view *v)
{
	struct lull_buf buf = { 0 };
	struct lull_json out = { .out = &buf };

	lull_json_open(&out, NULL, '{');
	lull_json_head(&out, "models_show", 2, cli->knowledge);
	lull_json_model(&out, "model", v);
	lull_json_close(&out, '}');
	lull_buf_putc(&buf, '\n');
	return cli_print(&buf);
}

int cmd_models_show(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"models show", "ID|FILE.yaml [--weight KG] [--json]",
		"One model: its doses and curves, every number with unit, mark and source, half-lives, clearance and volumes "
		"of a typical person, the range it was fitted on, what its curve may drive, and its caveats."
	};
	double weight_kg = NAN;
	bool json = false;
	const struct cli_option options[] = {
		{ "weight", CLI_NUMBER, &weight_kg, "KG", "for clearance, volumes and half-lives; the model's own without it", NULL, 10, 300 },
		{ .name = "json", .value = &json, .help = "for machines" },
		{ 0 }
	};
	const char **words;
	size_t n_words;
	struct lull_model_view v;
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (n_words != 1)
		return cli_usage_error(&usage, "it takes one model: an id (`lull models list` has them) or a file");
	if ((rc = models_load(cli, words[0], weight_kg, &v)) != CLI_DONE)
		return rc;
	return json ? show_json(cli, &v) : show_text(cli, &v);
}

/* ------------------------------------------------------------------ check */

/* A test dose's peak and area, by each output. */
static int put_test_dose(struct lull_buf *buf, struct cli *cli, const struct lull_model_view *v, struct lull_json *json)
{
	enum { N = 4001 };
	const struct lull_pm_info *info = v->info;
	const char *doses = lull_arena_printf(cli->arena, "amt=100 cmt=%d", info->default_input + 1);
	double *t_h = LULL_ARENA_NEW(cli->arena, double, N), area[LULL_LIN_MAX_OUTPUTS], longest = 0;
	const double *y;
	struct lull_diags diags;
	struct lull_err err = { 0 };

	lull_diags_init(&diags, cli->arena);
	if (!doses || !t_h)
		return cli_fail((lull_nomem(&err), &err));
	/* far enough for every part to have risen: ten of the longest mean stay, in steps that grow */
	for (int o = 0; o < info->shape->n_outputs; o++)
		longest = lull_max(longest, lull_is_finite(v->part[o].mrt_h) ? v->part[o].mrt_h : 0);
	for (int i = 0; i < N; i++)
		t_h[i] = 10 * lull_max(longest, 1) * lull_pow((double)i / (N - 1), 3);
	if (lull_typical_curve(&v->typical, doses, t_h, N, cli->arena, &y, &diags) != LULL_OK)
		return cli_diags(&diags);
	if (lull_typical_area(&v->typical, info->default_input, area, &err) != LULL_OK)
		return cli_fail(&err);
	if (json)
		lull_json_open(json, "test_dose", '[');
	else
		lull_buf_printf(buf, "  test dose      100 %s into %s\n", info->amount_unit, info->inputs[info->default_input].name);
	for (int o = 0; o < info->shape->n_outputs; o++) {
		const size_t at = lull_peak_at(y + (size_t)o * N, N);
		const double peak = y[(size_t)o * N + at], total = 100 * area[o];
		if (json) {
			lull_json_open(json, NULL, '{');
			lull_json_text(json, "output", info->outputs[o].name);
			lull_json_num(json, "peak", peak);
			lull_json_num(json, "at_h", t_h[at]);
			lull_json_num(json, "area", total);
			lull_json_close(json, '}');
			continue;
		}
		put_label(buf, info->outputs[o].name);
		lull_buf_puts(buf, "peak ");
		models_about(buf, peak);
		lull_buf_printf(buf, " %s ", info->outputs[o].unit);
		if (at == 0)
			lull_buf_puts(buf, "at once");
		else {
			lull_buf_puts(buf, "after ");
			models_time(buf, t_h[at]);
		}
		lull_buf_puts(buf, ", area ");
		models_about(buf, total);
		lull_buf_printf(buf, " %s x h\n", info->outputs[o].unit);
	}
	if (json)
		lull_json_close(json, ']');
	return CLI_DONE;
}

/* What is allowed and worth a word. */
static void put_remarks(struct lull_buf *buf, const struct lull_pm_info *info)
{
	if (!info->n_etas)
		lull_buf_puts(buf, "  remark         no spread between people: everyone is the typical person\n");
	if (!info->has_residual)
		lull_buf_puts(buf, "  remark         no residual error\n");
	for (int i = 0; i < info->n_covariates; i++)
		if (lull_is_nan(info->covariate_default[i]))
			lull_buf_printf(buf, "  remark         covariate %s has no default: every person's must be given\n", info->covariates[i].name);
	if (!info->source || !*info->source)
		lull_buf_puts(buf, "  remark         no source: say where the numbers come from\n");
}

static int check_file(struct cli *cli, const char *path, bool json)
{
	struct lull_model_view v;
	struct lull_buf buf = { 0 };
	struct lull_json out = { .out = &buf };
	int rc = models_load(cli, path, NAN, &v);

	if (rc != CLI_DONE && !json)
		return rc;
	if (json) {
		lull_json_open(&out, NULL, '{');
		lull_json_head(&out, "models_check", 1, cli->knowledge);
		lull_json_open(&out, "models", '[');
		lull_json_open(&out, NULL, '{');
		lull_json_text(&out, "id", rc == CLI_DONE ? v.info->id : path);
		lull_json_bool(&out, "ok", rc == CLI_DONE);
		int test = CLI_DONE;
		if (rc == CLI_DONE) {
			lull_json_model(&out, "model", &v);
			test = put_test_dose(&buf, cli, &v, &out);
		}
		lull_json_close(&out, '}');
		lull_json_close(&out, ']');
		lull_json_close(&out, '}');
		lull_buf_putc(&buf, '\n');
		const int printed = cli_print(&buf);
		return printed != CLI_DONE ? printed : rc != CLI_DONE ? rc : test;
	}
	lull_buf_printf(&buf, "ok      %s  %s\n", v.info->id, v.info->name);
	put_structure(&buf, cli, &v);
	put_typical(&buf, &v);
	rc = put_test_dose(&buf, cli, &v, NULL);
	put_remarks(&buf, v.info);
	const int printed = cli_print(&buf);
	return printed == CLI_DONE ? rc : printed;
}

/* One of the set's parts: the models, then the effects and the observed levels. */
static int check_part(struct cli *cli, const char *const *ids, size_t n_ids, size_t i, const char **name)
{
	struct lull_model_view v;
	struct lull_effects effects;
	struct lull_observed_set observed;
	struct lull_diags diags;

	lull_diags_init(&diags, cli->arena);
	*name = i < n_ids ? ids[i] : i == n_ids ? "effects" : "observed levels";
	if (i < n_ids)
		return models_load(cli, ids[i], NAN, &v);
	const int rc = i == n_ids ? lull_effects_load(cli->knowledge, cli->arena, &effects, &diags) :
				    lull_observed_load(cli->knowledge, cli->arena, &observed, &diags);
	return rc == LULL_OK ? CLI_DONE : cli_diags(&diags);
}

static int check_all(struct cli *cli, bool json)
{
	const char **ids = NULL, *name;
	size_t n_ids = 0;
	struct lull_err err = { 0 };
	struct lull_buf buf = { 0 };
	struct lull_json out = { .out = &buf };
	int worst = CLI_DONE;

	if (lull_pm_ids(cli->knowledge, cli->arena, &ids, &n_ids, &err) != LULL_OK)
		return cli_fail(&err);
	if (json) {
		lull_json_open(&out, NULL, '{');
		lull_json_head(&out, "models_check", 1, cli->knowledge);
		lull_json_open(&out, "models", '[');
	}
	for (size_t i = 0; i < n_ids + 2; i++) {
		const int rc = check_part(cli, ids, n_ids, i, &name);
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
	const int rc = cli_print(&buf);
	return rc == CLI_DONE ? worst : rc;
}

int cmd_models_check(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"models check", "[ID|FILE.yaml] [--json]",
		"Without a word it loads every model, the effects and the observed levels and says what is wrong, with file, "
		"line and column: missing or unknown numbers, units that do not fit, adult clearance outside its guard, a "
		"covariance that cannot be. Of one model, or a file of your own, it also says what follows: half-lives, "
		"clearance, volume, mean stay, and the peak and area of a test dose of 100."
	};
	bool json = false;
	const struct cli_option options[] = { { .name = "json", .value = &json, .help = "for machines" }, { 0 } };
	const char **words;
	size_t n_words;
	const int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (n_words > 1)
		return cli_usage_error(&usage, "it takes one model or none");
	return n_words ? check_file(cli, words[0], json) : check_all(cli, json);
}
