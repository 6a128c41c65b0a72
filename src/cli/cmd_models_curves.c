/* lull models plot, lull models compare - curves of typical people, over one another and over what was observed. */
#include "cmd_models.h"
#include "sim_cli.h"

#include <math.h>
#include <string.h>

#include "lull/ketamine/observed.h"
#include "lull/num/math.h"

enum { MAX_MODELS = 8, N_CURVE = 1201, MAX_PANELS = 6, MAX_SERIES = 24 };

static const enum lull_color colors[MAX_MODELS] = {
	LULL_COLOR_ACCENT, LULL_COLOR_CAUTION, LULL_COLOR_VENOUS, LULL_COLOR_STOP,
	LULL_COLOR_DAY_MODERATE, LULL_COLOR_INFUSION, LULL_COLOR_WITHOUT, LULL_COLOR_INK_SOFT,
};

static int write_plot(struct cli *cli, const char *path, const struct lull_plot *plot)
{
	struct lull_err err = { 0 };

	return sim_write_plot(cli, path, plot, &err) == LULL_OK ? CLI_DONE : cli_fail(&err);
}

/* ------------------------------------------------------------------ models and their curves */

struct set {
	struct lull_model_view view[MAX_MODELS];
	size_t n;
};

static const double *even_times(struct cli *cli, double until_h, size_t n)
{
	double *t = LULL_ARENA_NEW(cli->arena, double, n);

	for (size_t i = 0; t && i < n; i++)
		t[i] = until_h * (double)i / (double)(n - 1);
	return t;
}

/* [output][n] of one model; NULL after the errors were said. */
static const double *curve(struct cli *cli, const struct lull_model_view *v, const char *doses, const double *t_h, size_t n, int *rc)
{
	struct lull_diags diags;
	const double *y = NULL;

	lull_diags_init(&diags, cli->arena);
	*rc = lull_typical_curve(&v->typical, doses, t_h, n, cli->arena, &y, &diags) == LULL_OK ? CLI_DONE : cli_diags(&diags);
	return y;
}

static int load_set(struct cli *cli, const char **words, size_t n_words, double weight_kg, struct set *out)
{
	for (size_t i = 0; i < n_words; i++) {
		const int rc = models_load(cli, words[i], weight_kg, &out->view[out->n]);
		if (rc != CLI_DONE)
			return rc;
		out->n++;
	}
	return CLI_DONE;
}

static void add_series(struct lull_plot_panel *panel, struct lull_plot_series *series, struct lull_plot_series one)
{
	if (panel->n_series >= MAX_SERIES)
		return;
	series[panel->n_series++] = one;
	panel->series = series;
}

/* Venous curves are dashed, so that colour is not all that tells them apart. */
static double dash_of(struct lull_drive drive) { return drive.site == LULL_VENOUS ? 4 : drive.site == LULL_ARTERIAL ? 0 : 1.5; }

/* ------------------------------------------------------------------ plot */

struct plot_ask {
	const char *out, *ev, *regimen, *output;
	double weight_kg, until_h;
	bool log_y;
};

/* The model's output of that name, or -1. */
static int output_named(const struct lull_pm_info *info, const char *name)
{
	for (int o = 0; o < info->shape->n_outputs; o++)
		if (lull_text_casecmp(info->outputs[o].name, name) == 0)
			return o;
	return -1;
}

/* The names drawn, a panel each: the one asked for, or all of the models in order, at most MAX_PANELS. */
static int panel_names(const struct set *set, const char *asked, const char *names[MAX_PANELS])
{
	int n = 0;

	if (asked) {
		names[0] = asked;
		return 1;
	}
	for (size_t i = 0; i < set->n; i++)
		for (int o = 0; o < set->view[i].info->shape->n_outputs; o++) {
			const char *name = set->view[i].info->outputs[o].name;
			bool is_new = n < MAX_PANELS;
			for (int k = 0; k < n; k++)
				is_new = is_new && lull_text_casecmp(names[k], name) != 0;
			if (is_new)
				names[n++] = name;
		}
	return n;
}

static int draw_plot(struct cli *cli, const struct set *set, const struct plot_ask *ask, const char *doses, const char *what)
{
	const double *t = even_times(cli, ask->until_h, N_CURVE), *y[MAX_MODELS];
	struct lull_plot_panel panels[MAX_PANELS];
	const char *names[MAX_PANELS];
	const int n_panels = panel_names(set, ask->output, names);
	struct lull_plot_series *series = LULL_ARENA_NEW(cli->arena, struct lull_plot_series, MAX_PANELS * MAX_SERIES);
	struct lull_err err = { 0 };
	int rc = CLI_DONE;

	if (!t || !series)
		return cli_fail((lull_nomem(&err), &err));
	for (size_t i = 0; i < set->n; i++)
		if (!(y[i] = curve(cli, &set->view[i], doses, t, N_CURVE, &rc)))
			return rc;
	for (int p = 0; p < n_panels; p++) {
		panels[p] = (struct lull_plot_panel){ .title = names[p], .x_label = "hours from the first dose", .log_y = ask->log_y,
						      .x_min = 0, .x_max = ask->until_h, .y_min = ask->log_y ? NAN : 0, .y_max = NAN,
						      .height_pt = n_panels > 1 ? 170 : 240 };
		double low = 0;
		for (size_t i = 0; i < set->n; i++) {
			const struct lull_pm_info *info = set->view[i].info;
			const int o = output_named(info, names[p]);
			if (o < 0)
				continue;
			const char *unit = info->outputs[o].unit;
			if (panels[p].y_label && strcmp(panels[p].y_label, unit) != 0) {
				lull_fail(&err, LULL_ECONFLICT, info->id, "%s is in %s, of another model in %s", names[p], unit, panels[p].y_label);
				return cli_fail(&err);
			}
			panels[p].y_label = unit;
			add_series(&panels[p], series + p * MAX_SERIES,
				   (struct lull_plot_series){ .kind = LULL_PLOT_LINE, .x = t, .y = y[i] + (size_t)o * N_CURVE, .n = N_CURVE,
					   .color = colors[i], .dash_pt = dash_of(info->output_drive[o]), .label = info->id });
			if (ask->log_y) /* three decades say enough; a first minute would stretch the axis over many */
				low = lull_max(low, y[i][(size_t)o * N_CURVE + lull_peak_at(y[i] + (size_t)o * N_CURVE, N_CURVE)] / 1000);
		}
		if (low > 0)
			panels[p].y_min = low;
		if (!panels[p].n_series) {
			lull_fail(&err, LULL_ENOTFOUND, "--output", "no model has an output '%s'", names[p]);
			return cli_fail(&err);
		}
	}
	const struct lull_plot plot = { .id = "models", .title = lull_arena_printf(cli->arena, "%s: typical people", what),
					.desc = "Concentration over time by model.",
					.note = "Typical people of each model, without spread. Solid: arterial; dashed: venous; dotted: site not stated.",
					.panels = panels, .n_panels = (size_t)n_panels, .n_columns = n_panels > 1 ? 2 : 1 };
	return write_plot(cli, ask->out, &plot);
}

static int load_observed(struct cli *cli, struct lull_observed_set *out)
{
	struct lull_diags diags;

	lull_diags_init(&diags, cli->arena);
	return lull_observed_load(cli->knowledge, cli->arena, out, &diags) == LULL_OK ? CLI_DONE : cli_diags(&diags);
}

static int no_regimen(const struct cli_usage *usage, struct cli *cli, const struct lull_observed_set *all, const char *id)
{
	const char *list = "";

	for (size_t i = 0; list && i < all->n_regimens; i++)
		list = lull_arena_printf(cli->arena, "%s%s%s", list, i ? ", " : "", all->regimens[i].id);
	return cli_usage_error(usage, "no regimen '%s'; there are %s", id, list ? list : "");
}

int cmd_models_plot(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"models plot", "ID|FILE.yaml... --out FILE (--ev DOSES | --regimen R) [--until H] [--output NAME] [--weight KG] [--log]",
		"Draws the concentrations of typical people under one regimen, several models over one another, a panel for each "
		"output. The regimen is said as for `lull simulate --ev` (\"amt=35 dur=40min ii=48h addl=2\"), or one of the "
		"standard regimens of `lull models compare`."
	};
	struct plot_ask ask = { .weight_kg = NAN, .until_h = NAN };
	const struct cli_option options[] = {
		{ .name = "out", .type = CLI_TEXT, .value = &ask.out, .arg = "FILE", .help = "the picture: .svg, .pdf or .png" },
		{ .name = "ev", .type = CLI_TEXT, .value = &ask.ev, .arg = "DOSES", .help = "the doses, in the models' units" },
		{ .name = "regimen", .type = CLI_TEXT, .value = &ask.regimen, .arg = "R", .help = "a standard regimen, by id" },
		{ "until", CLI_NUMBER, &ask.until_h, "H", "hours drawn; 24, or the standard regimen's own", NULL, 0.01, 100000 },
		{ .name = "output", .type = CLI_TEXT, .value = &ask.output, .arg = "NAME", .help = "only this output" },
		{ "weight", CLI_NUMBER, &ask.weight_kg, "KG", "of the typical people; the models' own, or the regimen's", NULL, 10, 300 },
		{ .name = "log", .value = &ask.log_y, .help = "logarithmic concentrations" },
		{ 0 }
	};
	const char **words, *doses = NULL, *what = NULL;
	size_t n_words;
	struct set *set = LULL_ARENA_NEW(cli->arena, struct set, 1);
	struct lull_observed_set observed;
	struct lull_err err = { 0 };
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (!set)
		return cli_fail((lull_nomem(&err), &err));
	if (!n_words || n_words > MAX_MODELS)
		return cli_usage_error(&usage, "it takes 1 to %d models", MAX_MODELS);
	if (!ask.out || !sim_plot_kind(ask.out))
		return cli_usage_error(&usage, "--out FILE is needed, its name ending in .svg, .pdf or .png");
	if (!ask.ev == !ask.regimen)
		return cli_usage_error(&usage, "one of --ev and --regimen is needed");
	if (ask.regimen) {
		double mg;
		if ((rc = load_observed(cli, &observed)) != CLI_DONE)
			return rc;
		const struct lull_std_regimen *r = lull_observed_regimen(&observed, ask.regimen);
		if (!r)
			return no_regimen(&usage, cli, &observed, ask.regimen);
		ask.weight_kg = lull_is_nan(ask.weight_kg) ? r->weight_kg : ask.weight_kg;
		ask.until_h = lull_is_nan(ask.until_h) ? r->until_h : ask.until_h;
		doses = lull_observed_doses(r, ask.weight_kg, cli->arena, &mg);
		what = r->name;
	} else {
		doses = ask.ev;
		what = ask.ev;
		ask.until_h = lull_is_nan(ask.until_h) ? 24 : ask.until_h;
	}
	if (!doses)
		return cli_fail((lull_nomem(&err), &err));
	if ((rc = load_set(cli, words, n_words, ask.weight_kg, set)) != CLI_DONE)
		return rc;
	return draw_plot(cli, set, &ask, doses, what);
}

/* ------------------------------------------------------------------ compare: numbers */

/* What the table of facts has for one model; NAN where the model cannot say. */
struct row {
	const struct lull_model_view *v;
	double at_20min, at_40min, at_1h, at_2h, at_4h, peak, peak_h, area, plateau, half_life_h;
	double nk_peak, nk_peak_h;
	const char *same_as;        /* another model here has the same curves after a dose into a vein; NULL */
};

struct comparison {
	struct cli *cli;
	const struct set *set;
	const struct lull_observed_set *observed;
	double weight_kg, mg;
	struct row rows[MAX_MODELS];
};

static double at_minute(const double *y, int minute) { return y[minute]; }

/* A model may carry another's disposition under an absorption of its own. */
static void find_twin(struct comparison *c, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (c->rows[i].peak > 0 && c->rows[i].peak == c->rows[k].peak && c->rows[i].at_4h == c->rows[k].at_4h &&
		    c->rows[i].nk_peak == c->rows[k].nk_peak && !c->rows[k].same_as)
			c->rows[i].same_as = c->rows[k].v->info->id;
}

static bool is_twin_here(const struct comparison *c, size_t i, const struct lull_std_regimen *r)
{
	return c->rows[i].same_as && strcmp(r->input, "iv") == 0;
}

/* 0.5 mg/kg over 40 min by the minute, and the plateau of a day's infusion. */
static int fill_row(struct comparison *c, struct row *row)
{
	enum { N_MIN = 1441 };
	const struct lull_model_view *v = row->v;
	const struct lull_std_regimen *bolus = lull_observed_regimen(c->observed, "infusion_40min"),
				      *day = lull_observed_regimen(c->observed, "infusion_24h");
	const double *t = even_times(c->cli, 24, N_MIN), *y;
	static const double after_a_day[] = { 24 };
	double area[LULL_LIN_MAX_OUTPUTS], mg;
	struct lull_err err = { 0 };
	int rc, input = 0;

	if (!bolus || !day || !t)
		return cli_fail((lull_fail(&err, LULL_ENOTFOUND, "observed/ketamine.yaml", "no regimen infusion_40min or infusion_24h"), &err));
	if (!lull_observed_takes(bolus, v->pm, v->info->product, &input))
		return CLI_DONE;
	if (!(y = curve(c->cli, v, lull_observed_doses(bolus, c->weight_kg, c->cli->arena, &c->mg), t, N_MIN, &rc)))
		return rc;
	const double *parent = y + (size_t)v->parent * N_MIN;
	row->at_20min = at_minute(parent, 20);
	row->at_40min = at_minute(parent, 40);
	row->at_1h = at_minute(parent, 60);
	row->at_2h = at_minute(parent, 120);
	row->at_4h = at_minute(parent, 240);
	row->peak = parent[lull_peak_at(parent, N_MIN)];
	row->peak_h = t[lull_peak_at(parent, N_MIN)];
	if (v->norketamine >= 0) {
		const double *nk = y + (size_t)v->norketamine * N_MIN;
		row->nk_peak = nk[lull_peak_at(nk, N_MIN)];
		row->nk_peak_h = t[lull_peak_at(nk, N_MIN)];
	}
	if (lull_typical_area(&v->typical, input, area, &err) != LULL_OK)
		return cli_fail(&err);
	row->area = area[v->parent] * c->mg;
	if (!(y = curve(c->cli, v, lull_observed_doses(day, c->weight_kg, c->cli->arena, &mg), after_a_day, 1, &rc)))
		return rc;
	row->plateau = y[v->parent];
	const struct lull_disposition *d = &v->part[v->parent];
	row->half_life_h = d->n_half_lives ? d->half_life_h[d->n_half_lives - 1] : NAN;
	return CLI_DONE;
}

/* One model beside one observation. */
struct beside {
	bool is_there;
	int output;
	double median, largest;     /* of a curve's points                    */
	double value, ratio;        /* the model's peak (or level); over what was observed */
	double area, area_ratio;
	bool same_site;
};

/* Over a time from h on; a push's peak at time 0 is nobody's sample. */
static int put_beside(struct comparison *c, size_t i_model, const struct lull_observation *o, struct beside *out)
{
	enum { N = 2881 };
	const struct lull_model_view *v = &c->set->view[i_model];
	const struct lull_std_regimen *r = &c->observed->regimens[o->i_regimen];
	const bool is_push = strcmp(r->input, "iv") == 0 && r->doses[0].dur_min == 0;
	double mg, sum = 0;
	int rc, input;

	*out = (struct beside){ .is_there = lull_observed_takes(r, v->pm, v->info->product, &input) };
	out->output = lull_observed_output(v->pm, o->moiety, o->site);
	out->is_there = out->is_there && out->output >= 0 && !is_twin_here(c, i_model, r);
	if (!out->is_there)
		return CLI_DONE;
	out->same_site = (int)v->info->output_drive[out->output].site == o->site;
	const char *doses = lull_observed_doses(r, c->weight_kg, c->cli->arena, &mg);
	if (o->n_times) {
		const double *y = curve(c->cli, v, doses, o->times_h, o->n_times, &rc);
		if (!y)
			return rc;
		lull_observed_errors(o, y + (size_t)out->output * o->n_times, &out->median, &out->largest);
		return CLI_DONE;
	}
	const double until = lull_is_nan(o->until_h) ? r->until_h : o->until_h;
	const double *t = even_times(c->cli, until, N), *y = t ? curve(c->cli, v, doses, t, N, &rc) : NULL;
	if (!y)
		return t ? rc : CLI_SYSTEM;
	y += (size_t)out->output * N;
	size_t from = 0;
	while (is_push && o->moiety != LULL_NORKETAMINE && from + 1 < N && t[from] * 60 < o->at_min)
		from++;
	out->value = y[from + lull_peak_at(y + from, N - from)];
	out->ratio = out->value / o->peak_ng_per_ml;
	for (size_t i = 1; i < N; i++)
		sum += 0.5 * (y[i] + y[i - 1]) * (t[i] - t[i - 1]);
	out->area = sum;
	out->area_ratio = sum / o->area_ng_h_per_ml;
	return CLI_DONE;
}

/* ------------------------------------------------------------------ compare: as text */

static void put_cell(struct lull_buf *buf, const char *text, size_t width)
{
	const size_t from = buf->n;

	lull_buf_puts(buf, text);
	models_pad(buf, from, width);
}

static void put_value(struct lull_buf *buf, double x, size_t width)
{
	const size_t from = buf->n;

	if (x > 0)
		models_about(buf, x);
	else
		lull_buf_puts(buf, "-");
	models_pad(buf, from, width);
}

static void put_peak(struct lull_buf *buf, double peak, double at_h, size_t width)
{
	const size_t from = buf->n;

	if (!(peak > 0)) {
		lull_buf_puts(buf, "-");
	} else {
		models_about(buf, peak);
		lull_buf_puts(buf, " at ");
		models_time(buf, at_h);
	}
	if (width)
		models_pad(buf, from, width);
}

static void put_rows(struct lull_buf *buf, const struct comparison *c)
{
	lull_buf_puts(buf, "0.5 mg/kg over 40 min (");
	models_about(buf, c->mg);
	lull_buf_puts(buf, " mg at ");
	lull_buf_num(buf, c->weight_kg, 1);
	lull_buf_puts(buf, " kg); ng/mL, area ng x h/mL; PLATEAU after 24 h at 0.34 mg/kg/h\n"
		      "MODEL              CURVE                    20 min 40 min 1 h   2 h   4 h   PEAK           AREA  PLATEAU HALF-LIFE NORKETAMINE\n");
	for (size_t i = 0; i < c->set->n; i++) {
		const struct row *r = &c->rows[i];
		put_cell(buf, r->v->info->id, 19);
		const char *words = models_curve_words(c->cli->arena, r->v->info->output_drive[r->v->parent]);
		put_cell(buf, strncmp(words, "total ketamine", 14) == 0 ? lull_arena_printf(c->cli->arena, "total%s", words + 14) : words, 25);
		if (!(r->peak > 0)) {
			lull_buf_puts(buf, "does not take an infusion\n");
			continue;
		}
		if (r->same_as) {
			lull_buf_printf(buf, "as %s after a dose into a vein\n", r->same_as);
			continue;
		}
		put_value(buf, r->at_20min, 7);
		put_value(buf, r->at_40min, 7);
		put_value(buf, r->at_1h, 6);
		put_value(buf, r->at_2h, 6);
		put_value(buf, r->at_4h, 6);
		put_peak(buf, r->peak, r->peak_h, 15);
		put_value(buf, r->area, 6);
		put_value(buf, r->plateau, 8);
		const size_t from = buf->n;
		models_time(buf, r->half_life_h);
		models_pad(buf, from, 10);
		put_peak(buf, r->nk_peak, r->nk_peak_h, 0);
		lull_buf_putc(buf, '\n');
	}
}

static void put_percent(struct lull_buf *buf, double frac, bool has_sign)
{
	const bool is_zero = frac < 0.005 && frac > -0.005;

	lull_buf_puts(buf, has_sign && frac > 0 && !is_zero ? "+" : "");
	lull_buf_num(buf, is_zero ? 0 : 100 * frac, 0);
	lull_buf_puts(buf, " %");
}

static void put_observation(struct lull_buf *buf, const struct comparison *c, const struct lull_observation *o)
{
	static const char *const moieties[] = { "ketamine (R + S)", "S-ketamine", "norketamine", "a curve" };
	static const char *const sites[] = { "arterial", "venous", "site not stated" };

	lull_buf_printf(buf, "\n%s, %s, %s; %s", c->observed->regimens[o->i_regimen].name, moieties[o->moiety], sites[o->site], o->label);
	if (o->n_people)
		lull_buf_printf(buf, ", %d people", o->n_people);
	if (o->n_times)
		lull_buf_printf(buf, ": %zu points", o->n_times);
	if (o->peak_ng_per_ml > 0) {
		lull_buf_puts(buf, ": ");
		lull_buf_num(buf, o->peak_ng_per_ml, 1);
		lull_buf_puts(buf, " ng/mL");
		if (o->at_min == o->at_min) {
			lull_buf_puts(buf, " at ");
			lull_buf_num(buf, o->at_min, 0);
			lull_buf_puts(buf, " min");
		}
	}
	if (o->low_ng_per_ml == o->low_ng_per_ml) {
		lull_buf_puts(buf, ": ");
		lull_buf_num(buf, o->low_ng_per_ml, 0);
		lull_buf_puts(buf, " to ");
		lull_buf_num(buf, o->high_ng_per_ml, 0);
		lull_buf_puts(buf, " ng/mL");
	}
	lull_buf_printf(buf, " (%s)\n", lull_mark_names[o->mark]);
	if (o->note)
		lull_buf_wrap(buf, o->note, 2, (size_t)c->cli->width);
}

static void put_verdict(struct lull_buf *buf, const struct lull_model_view *v, const struct lull_observation *o, const struct beside *b)
{
	lull_buf_puts(buf, "  ");
	put_cell(buf, v->info->id, 20);
	if (o->n_times) {
		lull_buf_puts(buf, "median error ");
		put_percent(buf, b->median, false);
		lull_buf_puts(buf, ", largest ");
		put_percent(buf, b->largest, false);
	} else {
		models_about(buf, b->value);
		if (o->peak_ng_per_ml > 0) {
			lull_buf_puts(buf, " ng/mL, ");
			put_percent(buf, b->ratio - 1, true);
		} else {
			lull_buf_puts(buf, b->value >= o->low_ng_per_ml && b->value <= o->high_ng_per_ml ? " ng/mL at its peak, inside" :
						b->value < o->low_ng_per_ml ? " ng/mL at its peak, below" : " ng/mL at its peak, above");
		}
		if (o->area_ng_h_per_ml > 0) {
			lull_buf_puts(buf, "; area ");
			models_about(buf, b->area);
			lull_buf_puts(buf, " against ");
			models_about(buf, o->area_ng_h_per_ml);
			lull_buf_puts(buf, ", ");
			put_percent(buf, b->area_ratio - 1, true);
		}
	}
	if (!b->same_site) {
		const enum lull_site site = v->info->output_drive[b->output].site;
		lull_buf_printf(buf, "; the model's curve is %s", site == LULL_ARTERIAL ? "arterial" : site == LULL_VENOUS ? "venous" : "of a site not stated");
	}
	if (b->output != v->parent && o->moiety != LULL_NORKETAMINE)
		lull_buf_printf(buf, "; by its output %s", v->info->outputs[b->output].name);
	lull_buf_putc(buf, '\n');
}

static int compare_text(struct comparison *c, struct lull_buf *buf)
{
	put_rows(buf, c);
	lull_buf_puts(buf, "A model of S-ketamine is given the whole dose: its parameters applied to the racemate. Arterial peaks lie "
			   "above venous ones of the same dose.\n");
	for (size_t i = 0; i < c->observed->n_items; i++) {
		const struct lull_observation *o = &c->observed->items[i];
		bool is_first = true;
		for (size_t m = 0; m < c->set->n; m++) {
			struct beside b;
			const int rc = put_beside(c, m, o, &b);
			if (rc != CLI_DONE)
				return rc;
			if (!b.is_there)
				continue;
			if (is_first)
				put_observation(buf, c, o);
			is_first = false;
			put_verdict(buf, &c->set->view[m], o, &b);
		}
	}
	return CLI_DONE;
}

/* ------------------------------------------------------------------ compare: as JSON */

static double known(double x) { return x > 0 ? x : NAN; }

static void json_row(struct lull_json *json, const struct row *r)
{
	const struct lull_drive drive = r->v->info->output_drive[r->v->parent];

	lull_json_open(json, NULL, '{');
	lull_json_text(json, "model", r->v->info->id);
	lull_json_text(json, "moiety", lull_moiety_names[drive.moiety]);
	lull_json_text(json, "site", lull_site_names[drive.site]);
	lull_json_num(json, "at_20_min_ng_per_ml", known(r->at_20min));
	lull_json_num(json, "at_40_min_ng_per_ml", known(r->at_40min));
	lull_json_num(json, "at_1_h_ng_per_ml", known(r->at_1h));
	lull_json_num(json, "at_2_h_ng_per_ml", known(r->at_2h));
	lull_json_num(json, "at_4_h_ng_per_ml", known(r->at_4h));
	lull_json_num(json, "peak_ng_per_ml", known(r->peak));
	lull_json_num(json, "peak_h", known(r->peak_h));
	lull_json_num(json, "area_ng_h_per_ml", known(r->area));
	lull_json_num(json, "plateau_ng_per_ml", known(r->plateau));
	lull_json_num(json, "half_life_h", known(r->half_life_h));
	lull_json_num(json, "norketamine_peak_ng_per_ml", known(r->nk_peak));
	lull_json_num(json, "norketamine_peak_h", known(r->nk_peak_h));
	lull_json_close(json, '}');
}

static int json_observation(struct lull_json *json, struct comparison *c, const struct lull_observation *o)
{
	lull_json_open(json, NULL, '{');
	lull_json_text(json, "id", o->id);
	lull_json_text(json, "label", o->label);
	lull_json_text(json, "regimen", o->regimen);
	lull_json_text(json, "moiety", lull_moiety_names[o->moiety]);
	lull_json_text(json, "site", lull_site_names[o->site]);
	lull_json_num(json, "peak_ng_per_ml", o->peak_ng_per_ml);
	lull_json_num(json, "low_ng_per_ml", o->low_ng_per_ml);
	lull_json_num(json, "high_ng_per_ml", o->high_ng_per_ml);
	lull_json_num(json, "area_ng_h_per_ml", o->area_ng_h_per_ml);
	lull_json_text(json, "mark", lull_mark_names[o->mark]);
	lull_json_text(json, "source", o->source);
	lull_json_open(json, "models", '[');
	for (size_t m = 0; m < c->set->n; m++) {
		struct beside b;
		const int rc = put_beside(c, m, o, &b);
		if (rc != CLI_DONE)
			return rc;
		if (!b.is_there)
			continue;
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "model", c->set->view[m].info->id);
		lull_json_bool(json, "same_site", b.same_site);
		lull_json_num(json, "median_abs_error_frac", o->n_times ? b.median : NAN);
		lull_json_num(json, "largest_abs_error_frac", o->n_times ? b.largest : NAN);
		lull_json_num(json, "level_ng_per_ml", o->n_times ? NAN : b.value);
		lull_json_num(json, "area_ng_h_per_ml", o->area_ng_h_per_ml > 0 ? b.area : NAN);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_close(json, '}');
	return CLI_DONE;
}

static int compare_json(struct comparison *c, struct lull_buf *buf)
{
	struct lull_json json = { .out = buf };
	int rc = CLI_DONE;

	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "models_compare", 1, c->cli->knowledge);
	lull_json_num(&json, "weight_kg", c->weight_kg);
	lull_json_num(&json, "dose_mg", c->mg);
	lull_json_open(&json, "models", '[');
	for (size_t i = 0; i < c->set->n; i++)
		json_row(&json, &c->rows[i]);
	lull_json_close(&json, ']');
	lull_json_open(&json, "observed", '[');
	for (size_t i = 0; i < c->observed->n_items && rc == CLI_DONE; i++)
		rc = json_observation(&json, c, &c->observed->items[i]);
	lull_json_close(&json, ']');
	lull_json_close(&json, '}');
	lull_buf_putc(buf, '\n');
	return rc;
}

/* ------------------------------------------------------------------ compare: as a picture */

static void add_observed(struct comparison *c, const struct lull_std_regimen *r, int moiety, bool ranges,
			 struct lull_plot_panel *panel, struct lull_plot_series *series)
{
	for (size_t i = 0; i < c->observed->n_items; i++) {
		const struct lull_observation *o = &c->observed->items[i];
		const bool is_parent = o->moiety != LULL_NORKETAMINE;
		if (&c->observed->regimens[o->i_regimen] != r || is_parent != (moiety != LULL_NORKETAMINE) ||
		    ranges != (o->low_ng_per_ml == o->low_ng_per_ml))
			continue;
		double *x = LULL_ARENA_NEW(c->cli->arena, double, 2), *y = LULL_ARENA_NEW(c->cli->arena, double, 2);
		const double at = lull_is_nan(o->at_min) ? (r->doses[0].at_min + r->doses[0].dur_min) / 60 : o->at_min / 60;
		const char *label = lull_arena_printf(c->cli->arena, "observed: %s (%s)", o->label, o->site == LULL_ARTERIAL ? "arterial" : "venous");
		if (!x || !y || !label)
			return;
		x[0] = x[1] = at;
		y[0] = o->n_times || o->peak_ng_per_ml > 0 ? o->peak_ng_per_ml : o->low_ng_per_ml;
		y[1] = o->high_ng_per_ml;
		if (o->n_times)
			add_series(panel, series, (struct lull_plot_series){ .kind = LULL_PLOT_POINTS, .label = label, .x = o->times_h,
				.y = o->conc_ng_per_ml, .n = o->n_times, .color = LULL_COLOR_INK, .width_pt = 2.2 });
		else if (o->peak_ng_per_ml > 0)
			add_series(panel, series, (struct lull_plot_series){ .kind = LULL_PLOT_POINTS, .label = label, .x = x, .y = y, .n = 1,
				.color = LULL_COLOR_INK, .width_pt = 2.8 });
		else
			add_series(panel, series, (struct lull_plot_series){ .kind = LULL_PLOT_LINE, .label = label, .x = x, .y = y, .n = 2,
				.color = LULL_COLOR_INK_FAINT, .width_pt = 3 });
	}
}

static int add_panel(struct comparison *c, const char *regimen, int moiety, struct lull_plot_panel *panel, struct lull_plot_series *series)
{
	const struct lull_std_regimen *r = lull_observed_regimen(c->observed, regimen);
	struct lull_err err = { 0 };
	double mg;

	if (!r)
		return cli_fail((lull_fail(&err, LULL_ENOTFOUND, "observed/ketamine.yaml", "no regimen %s", regimen), &err));
	*panel = (struct lull_plot_panel){ .x_label = "hours from the start", .y_label = "ng/mL", .x_min = 0, .x_max = r->until_h, .y_min = 0,
					   .y_max = NAN, .height_pt = 190,
					   .title = lull_arena_printf(c->cli->arena, "%s after %s", moiety == LULL_NORKETAMINE ? "Norketamine" : "Ketamine", r->name) };
	const double *t = even_times(c->cli, r->until_h, N_CURVE);
	const char *doses = lull_observed_doses(r, c->weight_kg, c->cli->arena, &mg);
	if (!t || !doses)
		return cli_fail((lull_nomem(&err), &err));
	for (size_t m = 0; m < c->set->n; m++) {
		const struct lull_model_view *v = &c->set->view[m];
		const int o = moiety == LULL_NORKETAMINE ? v->norketamine : v->parent;
		int input, rc;
		if (o < 0 || is_twin_here(c, m, r) || !lull_observed_takes(r, v->pm, v->info->product, &input))
			continue;
		const double *y = curve(c->cli, v, doses, t, N_CURVE, &rc);
		if (!y)
			return rc;
		const struct lull_drive drive = v->info->output_drive[o];
		add_series(panel, series, (struct lull_plot_series){ .kind = LULL_PLOT_LINE, .x = t, .y = y + (size_t)o * N_CURVE, .n = N_CURVE,
			.color = colors[m], .dash_pt = dash_of(drive), .label = v->info->id });
	}
	add_observed(c, r, moiety, true, panel, series); /* under the points */
	add_observed(c, r, moiety, false, panel, series);
	return CLI_DONE;
}

static int compare_plot(struct comparison *c, const char *path)
{
	static const struct { const char *regimen; int moiety; } wanted[] = {
		{ "infusion_40min", LULL_TOTAL_KETAMINE }, { "steps_3h", LULL_TOTAL_KETAMINE },
		{ "infusion_40min", LULL_NORKETAMINE }, { "steps_3h", LULL_NORKETAMINE },
	};
	struct lull_plot_panel panels[4];
	struct lull_plot_series *series = LULL_ARENA_NEW(c->cli->arena, struct lull_plot_series, 4 * MAX_SERIES);
	struct lull_err err = { 0 };
	size_t n = 0;

	if (!series)
		return cli_fail((lull_nomem(&err), &err));
	for (size_t i = 0; i < 4; i++) {
		const int rc = add_panel(c, wanted[i].regimen, wanted[i].moiety, &panels[n], series + i * MAX_SERIES);
		if (rc != CLI_DONE)
			return rc;
		n += panels[n].n_series > 0;
	}
	const struct lull_plot plot = { .id = "models-compare", .title = "Models beside what was observed",
					.desc = "Concentration curves of typical people by model, with observed levels.",
					.note = "Solid: arterial curve; dashed: venous; dotted: site not stated. A venous sample lags behind an arterial one and peaks "
						"lower; models of S-ketamine are given the whole dose.",
					.panels = panels, .n_panels = n, .n_columns = 2 };
	return write_plot(c->cli, path, &plot);
}

/* ------------------------------------------------------------------ compare: the verb */

/* All models of the set that say what their curve is and take an infusion. */
static int all_models(struct cli *cli, double weight_kg, struct set *set)
{
	const char **ids;
	size_t n;
	struct lull_err err = { 0 };

	if (lull_pm_ids(cli->knowledge, cli->arena, &ids, &n, &err) != LULL_OK)
		return cli_fail(&err);
	for (size_t i = 0; i < n && set->n < MAX_MODELS; i++) {
		struct lull_model_view *v = &set->view[set->n];
		const int rc = models_load(cli, ids[i], weight_kg, v);
		if (rc != CLI_DONE)
			return rc;
		set->n += v->info->product >= 0;
	}
	return CLI_DONE;
}

int cmd_models_compare(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"models compare", "[ID|FILE.yaml...] [--weight KG] [--plot FILE] [--json]",
		"Models side by side under the standard regimens: levels, peak, area, plateau, half-life, norketamine; then beside "
		"what was observed, arterial and venous told apart. Without a word: every ketamine model there is."
	};
	struct comparison *c = LULL_ARENA_NEW(cli->arena, struct comparison, 1);
	struct set *set = LULL_ARENA_NEW(cli->arena, struct set, 1);
	struct lull_observed_set observed;
	double weight_kg = 70;
	bool json = false;
	const char *plot = NULL;
	const struct cli_option options[] = {
		{ "weight", CLI_NUMBER, &weight_kg, "KG", "70 without it", NULL, 10, 300 },
		{ .name = "plot", .type = CLI_TEXT, .value = &plot, .arg = "FILE", .help = "the curves too: .svg, .pdf or .png" },
		{ .name = "json", .value = &json, .help = "for machines" },
		{ 0 }
	};
	const char **words;
	size_t n_words;
	struct lull_buf buf = { 0 };
	struct lull_err err = { 0 };
	int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (!c || !set)
		return cli_fail((lull_nomem(&err), &err));
	if (n_words > MAX_MODELS)
		return cli_usage_error(&usage, "at most %d models", MAX_MODELS);
	if (plot && !sim_plot_kind(plot))
		return cli_usage_error(&usage, "the picture's name ends in .svg, .pdf or .png");
	if ((rc = load_observed(cli, &observed)) != CLI_DONE)
		return rc;
	rc = n_words ? load_set(cli, words, n_words, weight_kg, set) : all_models(cli, weight_kg, set);
	*c = (struct comparison){ .cli = cli, .set = set, .observed = &observed, .weight_kg = weight_kg };
	for (size_t i = 0; i < set->n && rc == CLI_DONE; i++) {
		const struct lull_pm_info *info = set->view[i].info;
		if (strcmp(info->outputs[set->view[i].parent].unit, "ng/mL") != 0) {
			lull_fail(&err, LULL_EUNSUPPORTED, info->id, "its first output is in %s, not ng/mL as what was observed", info->outputs[0].unit);
			lull_mend(&err, "give the model units: { concentration: ng/mL }");
			return cli_fail(&err);
		}
		c->rows[i].v = &set->view[i];
		rc = fill_row(c, &c->rows[i]);
		find_twin(c, i);
	}
	if (rc == CLI_DONE)
		rc = json ? compare_json(c, &buf) : compare_text(c, &buf);
	if (rc == CLI_DONE && plot)
		rc = compare_plot(c, plot);
	if (rc != CLI_DONE) {
		lull_buf_clear(&buf);
		return rc;
	}
	return cli_print(&buf);
}
