/* lull evidence - pooling of studies from a table. */
#include "cli.h"

#include <math.h>

#include "lull/codec/evidence_io.h"

static const struct cli_usage usage = {
	"evidence meta", "--data FILE --measure MEASURE [--method METHOD] [--knha] [--moderator COLUMN ...] [--json]",
	"Pools the studies of a CSV file (docs/evidence.md says which columns a measure reads). Estimates, heterogeneity and intervals are "
	"those of R's metafor. What is pooled is the caller's choice: uncontrolled cohorts and controlled trials do not answer the same "
	"question."
};

struct request {
	const char *data;
	int measure, method;
	double level;
	struct cli_list moderators;
	bool knha, json, leave_one_out, cumulative, egger;
};

static const char *num(char out[32], double value, int decimals)
{
	return isnan(value) ? "-" : lull_num_text(out, 32, value, decimals);
}

static const char *p_text(char out[32], double p)
{
	return p < 0.0001 ? "< 0.0001" : num(out, p, 4);
}

static void put_pooled(struct lull_buf *buf, const struct lull_meta_answer *a)
{
	const struct lull_meta *m = a->meta;
	const double n = a->table->harmonic_n;
	char e[32], l[32], u[32], pl[32], pu[32], level[32];

	lull_buf_printf(buf, "Pooled (%s, %s%s): %s, %s %% interval %s to %s\n", lull_measure_names[a->measure],
			lull_tau2_method_names[a->options->method], a->options->knha ? ", Knapp-Hartung" : "", num(e, m->b[0].estimate, 4),
			num(level, 100 * a->options->level, 2), num(l, m->b[0].ci_lb, 4), num(u, m->b[0].ci_ub, 4));
	if (!isnan(m->pi_lb) && a->options->method != LULL_META_FE)
		lull_buf_printf(buf, "  a new study like these would lie between %s and %s\n", num(pl, m->pi_lb, 4), num(pu, m->pi_ub, 4));
	if (m->p > 1 || lull_effect_back(a->measure, 0.3, n) == 0.3)
		return;
	lull_buf_printf(buf, "As people read it: %s (%s to %s)", num(e, lull_effect_back(a->measure, m->b[0].estimate, n), 3),
			num(l, lull_effect_back(a->measure, m->b[0].ci_lb, n), 3), num(u, lull_effect_back(a->measure, m->b[0].ci_ub, n), 3));
	if (a->options->method != LULL_META_FE)
		lull_buf_printf(buf, "; a new study %s to %s", num(pl, lull_effect_back(a->measure, m->pi_lb, n), 3),
				num(pu, lull_effect_back(a->measure, m->pi_ub, n), 3));
	lull_buf_putc(buf, '\n');
}

static void put_rest(struct lull_buf *buf, const struct lull_meta_answer *a)
{
	const struct lull_meta *m = a->meta;
	char x[32], y[32], z[32], w[32];

	lull_buf_printf(buf, "Heterogeneity: tau2 %s (Q-profile %s to %s), I2 %s %%,", num(x, m->tau2, 4), num(y, m->tau2_qp_lb, 4),
			num(z, m->tau2_qp_ub, 4), num(w, m->i2, 1));
	lull_buf_printf(buf, " H2 %s, Q %s (df %s, p %s)\n", num(x, m->h2, 2), num(y, m->q, 2), num(z, m->q_df, 0), p_text(w, m->q_p));
	for (size_t j = 1; j < m->p; j++)
		lull_buf_printf(buf, "Moderator %s: %s (%s to %s), p %s\n", a->moderators[j - 1], num(x, m->b[j].estimate, 4),
				num(y, m->b[j].ci_lb, 4), num(z, m->b[j].ci_ub, 4), p_text(w, m->b[j].p));
	if (a->egger)
		lull_buf_printf(buf, "Egger: t %s (df %s), p %s\n", num(x, a->egger->t, 2), num(y, a->egger->df, 0), p_text(z, a->egger->p));
	if (a->egger_why)
		lull_buf_printf(buf, "Egger: %s\n", a->egger_why);
	if (a->table->n_corrected)
		lull_buf_printf(buf, "1/2 was added to each cell of %zu stud%s with an empty one\n", a->table->n_corrected,
				a->table->n_corrected == 1 ? "y" : "ies");
	if (a->measure == LULL_PFT)
		lull_buf_puts(buf, "A double arcsine is turned back with the harmonic mean of the studies' sizes, which can mislead when they are very "
				   "unequal: compare with --measure PLO\n");
}

static void put_studies(struct lull_buf *buf, const struct lull_meta_answer *a)
{
	char y[32], l[32], u[32], w[32];

	lull_buf_printf(buf, "%-24s %10s %10s %10s %9s\n", "study", "effect", "lower", "upper", "weight %");
	for (size_t i = 0; i < a->table->k; i++) {
		const struct lull_effect_size *e = &a->table->items[i];
		const double half = 1.959963984540054 * sqrt(e->vi);
		lull_buf_printf(buf, "%-24s %10s %10s %10s %9s\n", e->study, num(y, e->yi, 4), num(l, e->yi - half, 4), num(u, e->yi + half, 4),
				num(w, a->meta->weights[i], 1));
	}
}

static void put_each(struct lull_buf *buf, const struct lull_meta_answer *a, const char *title, const struct lull_meta *each)
{
	char x[32], y[32], z[32], w[32];

	if (!each)
		return;
	lull_buf_printf(buf, "\n%s\n", title);
	for (size_t i = 0; i < a->table->k; i++)
		lull_buf_printf(buf, "%-24s %10s %10s %10s  tau2 %s\n", a->table->items[i].study, num(x, each[i].b[0].estimate, 4),
				num(y, each[i].b[0].ci_lb, 4), num(z, each[i].b[0].ci_ub, 4), num(w, each[i].tau2, 4));
}

static int answer(struct cli *cli, const struct request *r, const struct lull_study_table *table)
{
	const struct lull_meta_options options = { .method = (enum lull_tau2_method)r->method, .knha = r->knha, .level = r->level,
						   .mods = table->mods, .n_mods = r->moderators.n };
	struct lull_meta meta, *loo = NULL, *cum = NULL;
	struct lull_err err = { 0 }, egger_err = { 0 };
	struct lull_egger egger;
	struct lull_buf buf = { 0 };
	struct lull_meta_answer a = { (enum lull_measure)r->measure, &options, r->moderators.items, table, &meta, NULL, NULL, NULL, NULL };

	if (lull_meta_fit(table->items, table->k, &options, cli->arena, &meta, &err) != LULL_OK)
		return cli_fail(&err);
	if (r->leave_one_out && lull_meta_leave_one_out(table->items, table->k, &options, cli->arena, &loo, &err) != LULL_OK)
		return cli_fail(&err);
	if (r->cumulative && lull_meta_cumulative(table->items, table->k, &options, cli->arena, &cum, &err) != LULL_OK)
		return cli_fail(&err);
	a.leave_one_out = loo;
	a.cumulative = cum;
	if (r->egger) {
		if (lull_meta_egger(table->items, table->k, &egger, &egger_err) == LULL_OK)
			a.egger = &egger;
		else
			a.egger_why = egger_err.what;
	}
	if (r->json) {
		lull_meta_json(&a, cli->knowledge, &buf);
		return cli_print(&buf);
	}
	put_studies(&buf, &a);
	lull_buf_putc(&buf, '\n');
	put_pooled(&buf, &a);
	put_rest(&buf, &a);
	put_each(&buf, &a, "Without this study", loo);
	put_each(&buf, &a, "Up to this study", cum);
	return cli_print(&buf);
}

static int cmd_meta(struct cli *cli, int argc, char **argv)
{
	struct request r = { .measure = -1, .method = LULL_META_REML, .level = 0.95 };
	const struct cli_option options[] = {
		{ "data", CLI_TEXT, &r.data, "FILE", "the studies, one a row (- = standard input)", NULL, 0, 0 },
		{ "measure", CLI_CHOICE, &r.measure, "MEASURE", "PLO, PFT, PR, MN, MD, SMD, RR, OR, RD or GEN (yi, vi)", lull_measure_names, 0, 0 },
		{ "method", CLI_CHOICE, &r.method, "METHOD", "FE (fixed), DL, REML (default), ML, PM, HE, SJ, EB", lull_tau2_method_names, 0, 0 },
		{ "knha", CLI_FLAG, &r.knha, NULL, "intervals after Knapp and Hartung", NULL, 0, 0 },
		{ "level", CLI_NUMBER, &r.level, "P", "level of the intervals (default 0.95)", NULL, 0.5, 0.9999 },
		{ "moderator", CLI_LIST, &r.moderators, "COLUMN", "a numeric column for meta-regression; may be repeated", NULL, 0, 0 },
		{ "leave-one-out", CLI_FLAG, &r.leave_one_out, NULL, "the result without each study", NULL, 0, 0 },
		{ "cumulative", CLI_FLAG, &r.cumulative, NULL, "the result up to each study, in the order of the file", NULL, 0, 0 },
		{ "egger", CLI_FLAG, &r.egger, NULL, "Egger's test; refused below 10 studies", NULL, 0, 0 },
		{ "json", CLI_FLAG, &r.json, NULL, "JSON on standard output", NULL, 0, 0 },
		{ 0 }
	};
	struct lull_study_table table;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	const char **words = NULL;
	char *bytes = NULL;
	size_t n_words = 0, n = 0;
	const int status = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (status >= 0)
		return status;
	if (n_words || !r.data)
		return cli_usage_error(&usage, n_words ? "the file is named by --data" : "which studies? --data FILE");
	if (r.measure < 0)
		return cli_usage_error(&usage, "which measure? --measure, for example PLO (proportions) or RR (risk ratio)");
	if (r.moderators.n + 1 > LULL_META_MAX_P)
		return cli_usage_error(&usage, "at most %d moderators", LULL_META_MAX_P - 1);
	if (cli_read_file(cli, r.data, &bytes, &n, &err) != LULL_OK)
		return cli_fail(&err);
	lull_diags_init(&diags, cli->arena);
	if (lull_studies_read_csv(bytes, n, r.data, (enum lull_measure)r.measure, r.moderators.items, r.moderators.n, cli->arena, &table, &diags) !=
	    LULL_OK)
		return cli_diags(&diags);
	return answer(cli, &r, &table);
}

int cmd_evidence(struct cli *cli, int argc, char **argv)
{
	static const struct cli_subverb table[] = {
		{ "meta", cmd_meta, "Pool the studies of a CSV file: effects, heterogeneity, intervals" },
		{ NULL, NULL, NULL }
	};

	return cli_dispatch(cli, "evidence", table, argc, argv);
}
