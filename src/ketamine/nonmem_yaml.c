/* A control stream's model written as a model file (docs/model-format.md, schema version 2). */
#include "lull/ketamine/nonmem.h"

#include <string.h>

#include "lull/num/linalg.h"
#include "lull/num/math.h"

struct writer {
	const struct lull_nonmem *m;
	const struct lull_nm_units *units;
	struct lull_buf *out;
	struct lull_diags *diags;
	const char *file; /* the control stream's name without its folder */
};

static void refuse(struct writer *w, const struct lull_nm_param *p, const char *hint, const char *why)
{
	lull_diags_addf(w->diags, LULL_ERROR, w->m->path, p ? p->line : 0, p ? p->col : 0,
			"what a model file has a place for (docs/model-format.md)", hint, "%s%s%s", p ? p->name : "", p ? " " : "", why);
}

/* "..." with what YAML asks for; comments of people may hold anything. */
static void put_quoted(struct lull_buf *out, const char *text)
{
	lull_buf_putc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			lull_buf_putc(out, '\\');
		lull_buf_putc(out, (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text);
	}
	lull_buf_putc(out, '"');
}

static void put_number(struct lull_buf *out, const char *key, double x)
{
	lull_buf_printf(out, "%s: ", key);
	lull_buf_exact(out, x);
}

static void put_list(struct lull_buf *out, const char *key, const double *x, int n)
{
	lull_buf_printf(out, "%s: [", key);
	for (int i = 0; i < n; i++) {
		lull_buf_puts(out, i ? ", " : "");
		lull_buf_exact(out, x[i]);
	}
	lull_buf_putc(out, ']');
}

/* ------------------------------------------------------------------ units */

/* mg/L with values 1000 times as large is ng/mL: amount over volume divided by `factor`. */
static bool conc_unit(struct writer *w, double factor, char out[32])
{
	static const char *const mass[] = { "kg", "g", "mg", "mcg", "ng", "pg", NULL };
	static const char *const substance[] = { "mol", "mmol", "mcmol", "nmol", "pmol", NULL };
	const char *const *scales[] = { mass, substance };
	int steps = 0;

	while (factor > 31 && steps < 9) {
		factor /= 1000;
		steps++;
	}
	while (factor < 0.031 && steps > -9) {
		factor *= 1000;
		steps--;
	}
	if (!(factor > 1 - 1e-9 && factor < 1 + 1e-9))
		return false;
	for (int s = 0; s < 2; s++)
		for (int i = 0, n = s ? 5 : 6; i < n; i++) {
			if (strcmp(scales[s][i], w->units->amount) != 0 || i + steps < 0 || i + steps >= n)
				continue;
			const char *amount = scales[s][i + steps];
			if (strcmp(w->units->volume, "L") == 0 && strcmp(amount, "mcg") == 0)
				lull_text_format(out, 32, "ng/mL");
			else if (strcmp(w->units->volume, "L") == 0 && strcmp(amount, "ng") == 0)
				lull_text_format(out, 32, "pg/mL");
			else
				lull_text_format(out, 32, "%s/%s", amount, w->units->volume);
			return true;
		}
	return false;
}

static void role_unit(struct writer *w, enum lull_nm_role role, char out[32])
{
	const struct lull_nm_units *u = w->units;

	switch (role) {
	case LULL_NM_CL: case LULL_NM_Q2: case LULL_NM_Q3:
		lull_text_format(out, 32, "%s/%s", u->volume, u->time);
		break;
	case LULL_NM_V1: case LULL_NM_V2: case LULL_NM_V3: case LULL_NM_SCALE_V:
		lull_text_format(out, 32, "%s", u->volume);
		break;
	case LULL_NM_F_DEPOT: case LULL_NM_F_CENTRAL:
		out[0] = '\0';
		break;
	case LULL_NM_LAG_DEPOT: case LULL_NM_LAG_CENTRAL: case LULL_NM_DUR_DEPOT: case LULL_NM_DUR_CENTRAL:
		lull_text_format(out, 32, "%s", u->time);
		break;
	case LULL_NM_RATE_DEPOT: case LULL_NM_RATE_CENTRAL:
		lull_text_format(out, 32, "%s/%s", u->amount, u->time);
		break;
	default:
		lull_text_format(out, 32, "1/%s", u->time);
	}
}

/* ------------------------------------------------------------------ head, covariates, parameters */

static void put_head(struct writer *w, const char *id, const char *conc)
{
	const struct lull_nonmem *m = w->m;
	struct lull_buf *out = w->out;

	lull_buf_puts(out, "# Written by `lull models import`. Check the units: a control stream has none.\nschema_version: 2\n");
	lull_buf_printf(out, "id: %s\nname: ", id);
	put_quoted(out, m->problem[0] ? m->problem : id);
	lull_buf_printf(out, "\nabout: \"ADVAN%d TRANS%d of a NONMEM control stream; its initial estimates are the values.\"\n",
			m->advan, m->trans);
	lull_buf_printf(out, "units: { time: %s, amount: %s, concentration: %s }\nsource: ", w->units->time, w->units->amount, conc);
	put_quoted(out, w->file);
	lull_buf_printf(out, " # SHA-256 %s\nmark: transcribed\n", m->hash_hex);
}

/* Whom the model describes where the data say nothing; NaN: every person's must be given. */
static double default_of(const struct lull_nonmem *m, int covariate)
{
	double x = m->covariates[covariate].reference;
	bool is_zero_taken = false;

	for (size_t i = 0; i < m->n_params; i++)
		for (int j = 0; j < m->params[i].n_effects; j++) {
			const struct lull_nm_effect *e = &m->params[i].effect[j];
			if (e->covariate != covariate || e->kind != LULL_NM_CATEGORY)
				continue;
			if (e->base_level == e->base_level)
				x = e->base_level;
			for (int k = 0; k < e->n_levels; k++)
				is_zero_taken |= e->level[k] == 0;
		}
	return x != x && m->covariates[covariate].is_category && !is_zero_taken ? 0 : x;
}

static void put_covariates(struct writer *w)
{
	const struct lull_nonmem *m = w->m;

	if (m->n_covariates)
		lull_buf_puts(w->out, "covariates:\n");
	for (size_t i = 0; i < m->n_covariates; i++) {
		const double x = default_of(m, (int)i);
		lull_buf_printf(w->out, "  %s: { ", m->covariates[i].name);
		if (x == x)
			put_number(w->out, "default", x);
		lull_buf_puts(w->out, x == x ? " }\n" : "}\n");
	}
}

static void put_effect(struct writer *w, const struct lull_nm_effect *e)
{
	static const char *const forms[] = { "power", "exponential", "linear", "category" };

	lull_buf_printf(w->out, "      - { on: %s, form: %s, ", w->m->covariates[e->covariate].name, forms[e->kind]);
	if (e->kind == LULL_NM_CATEGORY) {
		put_list(w->out, "levels", e->level, e->n_levels);
		lull_buf_puts(w->out, ", ");
		put_list(w->out, "factors", e->factor, e->n_levels);
	} else {
		put_number(w->out, "value", e->value);
		lull_buf_puts(w->out, ", ");
		put_number(w->out, "center", e->reference);
	}
	lull_buf_puts(w->out, " }\n");
}

static void put_param(struct writer *w, const struct lull_nm_param *p)
{
	struct lull_buf *out = w->out;
	char unit[32], label[200];

	role_unit(w, p->role, unit);
	lull_text_format(label, sizeof label, "%s%s%s", p->name, p->label ? ": " : "", p->label ? p->label : "");
	lull_utf8_clean(label);
	lull_buf_printf(out, "  %s:\n    ", lull_nm_role_names[p->role]);
	put_number(out, "value", p->typical);
	if (unit[0])
		lull_buf_printf(out, "\n    unit: %s", unit);
	lull_buf_puts(out, "\n    label: ");
	put_quoted(out, label);
	lull_buf_puts(out, "\n    source: ");
	char place[300];
	lull_text_format(place, sizeof place, "%s:%d", w->file, p->line);
	put_quoted(out, place);
	lull_buf_puts(out, p->is_derived ? "\n    mark: derived\n" : "\n");
	if (p->n_effects)
		lull_buf_puts(out, "    depends:\n");
	for (int i = 0; i < p->n_effects; i++)
		put_effect(w, &p->effect[i]);
}

static const struct lull_nm_param *param_of(const struct lull_nonmem *m, int role)
{
	for (size_t i = 0; i < m->n_params; i++)
		if ((int)m->params[i].role == role)
			return &m->params[i];
	return NULL;
}

static void put_params(struct writer *w)
{
	lull_buf_puts(w->out, "parameters:\n");
	for (int role = 0; role < LULL_NM_N_ROLES; role++) {
		const struct lull_nm_param *p = param_of(w->m, role);
		if (p)
			put_param(w, p);
		if (p && p->n_effects > 4)
			refuse(w, p, "join covariate effects", "has more than 4 covariate effects");
	}
	if (!w->m->is_clearance && !w->m->has_scale)
		lull_buf_printf(w->out, "  v:\n    value: 1\n    unit: %s\n    label: \"the control stream has no scale: F is the amount\"\n",
				w->units->volume);
}

/* ------------------------------------------------------------------ compartments, doses, output */

static void put_structure(struct writer *w)
{
	static const char *const names[] = { "central", "peripheral", "peripheral2" };
	static const int q[] = { 0, LULL_NM_Q2, LULL_NM_Q3 }, v[] = { LULL_NM_V1, LULL_NM_V2, LULL_NM_V3 };
	static const int there[] = { 0, LULL_NM_K12, LULL_NM_K13 }, back[] = { 0, LULL_NM_K21, LULL_NM_K31 };
	const struct lull_nonmem *m = w->m;
	struct lull_buf *out = w->out;

	lull_buf_puts(out, "compartments:\n");
	for (int i = 0; i < m->n_dispositions; i++) {
		const char *volume = m->is_clearance ? lull_nm_role_names[v[i]] : i ? NULL : lull_nm_role_names[LULL_NM_SCALE_V];
		lull_buf_printf(out, volume ? "  %s: { volume: %s }\n" : "  %s: {}\n", names[i], volume ? volume : "");
	}
	lull_buf_printf(out, "flows:\n  - { from: central, %s: %s }\n", m->is_clearance ? "clearance" : "rate",
			lull_nm_role_names[m->is_clearance ? LULL_NM_CL : LULL_NM_K10]);
	for (int i = 1; i < m->n_dispositions; i++) {
		if (m->is_clearance)
			lull_buf_printf(out, "  - { between: [central, %s], clearance: %s }\n", names[i], lull_nm_role_names[q[i]]);
		else
			lull_buf_printf(out, "  - { between: [central, %s], rates: [%s, %s] }\n", names[i],
					lull_nm_role_names[there[i]], lull_nm_role_names[back[i]]);
	}
}

static void put_dose_part(struct writer *w, const char *key, int role, bool is_list)
{
	if (param_of(w->m, role))
		lull_buf_printf(w->out, is_list ? ", %s: [%s]" : ", %s: %s", key, lull_nm_role_names[role]);
}

static void put_inputs(struct writer *w)
{
	lull_buf_puts(w->out, "inputs:\n");
	for (int i = w->m->has_depot ? 0 : 1; i < 2; i++) {
		lull_buf_printf(w->out, "  %s: { to: central", i ? "central" : "depot");
		if (!i)
			put_dose_part(w, "absorption", LULL_NM_KA, false);
		put_dose_part(w, "fraction", LULL_NM_F_DEPOT + i, true);
		put_dose_part(w, "lag", LULL_NM_LAG_DEPOT + i, false);
		put_dose_part(w, "duration", LULL_NM_DUR_DEPOT + i, false);
		put_dose_part(w, "rate", LULL_NM_RATE_DEPOT + i, false);
		lull_buf_puts(w->out, " }\n");
	}
}

static void put_output(struct writer *w, const char *conc)
{
	const struct lull_nonmem *m = w->m;
	struct lull_buf *out = w->out;

	lull_buf_printf(out, "outputs:\n  conc:\n    of: central\n    unit: %s\n", conc);
	if (m->residual == LULL_NM_NO_RESIDUAL)
		return;
	lull_buf_puts(out, "    residual: { ");
	if (m->residual == LULL_NM_LOG_NORMAL) {
		put_number(out, "log_sd", lull_sqrt(m->add_variance));
	} else {
		if (m->prop_variance > 0)
			put_number(out, "proportional", lull_sqrt(m->prop_variance));
		if (m->prop_variance > 0 && m->add_variance > 0)
			lull_buf_puts(out, ", ");
		if (m->add_variance > 0)
			put_number(out, "additive", lull_sqrt(m->add_variance));
	}
	lull_buf_puts(out, " }\n");
}

/* ------------------------------------------------------------------ variability */

/* Parameters that deviate, their covariance, and which hang together. */
struct deviations {
	const struct lull_nm_param *p[LULL_NM_MAX_PARAMS];
	int n, group[LULL_NM_MAX_PARAMS];
	double cov[LULL_NM_MAX_PARAMS][LULL_NM_MAX_PARAMS];
};

/* In the model file's own measure: of a normal parameter in its unit. */
static double measure(const struct lull_nm_param *p) { return p->dist == LULL_NM_PROPORTIONAL ? p->typical : 1; }

static double covariance(const struct lull_nonmem *m, const struct lull_nm_param *a, const struct lull_nm_param *b, bool is_iov)
{
	double sum = 0;

	if (is_iov)
		return a->iov.coef * b->iov.coef * measure(a) * measure(b) *
		       m->omega[(size_t)a->iov.eta[0] * LULL_NM_MAX_ETAS + (size_t)b->iov.eta[0]];
	for (int i = 0; i < a->n_uses; i++)
		for (int j = 0; j < b->n_uses; j++)
			sum += a->use[i].coef * b->use[j].coef *
			       m->omega[(size_t)a->use[i].eta * LULL_NM_MAX_ETAS + (size_t)b->use[j].eta];
	return sum * measure(a) * measure(b);
}

static void gather(const struct lull_nonmem *m, bool is_iov, struct deviations *d)
{
	*d = (struct deviations){ .n = 0 };
	for (int role = 0; role < LULL_NM_N_ROLES; role++) {
		const struct lull_nm_param *p = param_of(m, role);
		if (p && (is_iov ? p->has_iov : p->n_uses > 0) && covariance(m, p, p, is_iov) > 0)
			d->p[d->n++] = p;
	}
	for (int i = 0; i < d->n; i++) {
		d->group[i] = i;
		for (int j = 0; j < d->n; j++)
			d->cov[i][j] = covariance(m, d->p[i], d->p[j], is_iov);
	}
	for (int i = 0; i < d->n; i++)
		for (int j = 0; j < i; j++)
			if (d->cov[i][j] != 0)
				for (int k = 0, from = d->group[i], to = d->group[j]; k < d->n; k++)
					d->group[k] = d->group[k] == from ? to : d->group[k];
}

static const char *kind_of(const struct lull_nm_param *p)
{
	return p->dist == LULL_NM_LOG ? "log_normal" : p->dist == LULL_NM_LOGIT ? "logit_normal" : "normal";
}

static bool block_is_well(struct writer *w, const struct deviations *d, const int *at, int n)
{
	double lower[LULL_NM_MAX_PARAMS * LULL_NM_MAX_PARAMS];

	for (int i = 0; i < n; i++) {
		const struct lull_nm_param *p = d->p[at[i]];
		if (strcmp(kind_of(p), kind_of(d->p[at[0]])) != 0) {
			refuse(w, p, "remove their covariance, or give both the same kind of deviation",
			       "varies together with a parameter of another kind (log-normal, logit-normal, normal)");
			return false;
		}
		if (p->dist == LULL_NM_PROPORTIONAL && p->n_effects) {
			refuse(w, p, "write EXP(ETA(n))", "has (1 + ETA) and covariates: its spread would change with them");
			return false;
		}
		for (int j = 0; j < n; j++)
			lower[i * n + j] = d->cov[at[i]][at[j]];
	}
	if (lull_cholesky(lower, (size_t)n))
		return true;
	refuse(w, d->p[at[0]], "give each parameter an ETA of its own; the covariance may be near 1 in correlation",
	       n > 1 ? "varies exactly as another parameter does (an ETA they share), or its $OMEGA is not positive definite" :
		       "has no variance above 0");
	return false;
}

static void put_block(struct writer *w, const struct deviations *d, const int *at, int n)
{
	struct lull_buf *out = w->out;

	lull_buf_puts(out, "  - { on: [");
	for (int i = 0; i < n; i++)
		lull_buf_printf(out, "%s%s", i ? ", " : "", lull_nm_role_names[d->p[at[i]]->role]);
	lull_buf_printf(out, "], kind: %s, ", kind_of(d->p[at[0]]));
	if (n == 1)
		put_number(out, "variance", d->cov[at[0]][at[0]]);
	else {
		double lower[LULL_NM_MAX_PARAMS * LULL_NM_MAX_PARAMS];
		int k = 0;
		for (int i = 0; i < n; i++)
			for (int j = 0; j <= i; j++)
				lower[k++] = d->cov[at[i]][at[j]];
		put_list(out, "covariance", lower, k);
	}
	lull_buf_puts(out, " }\n");
}

static void put_variability(struct writer *w, bool is_iov)
{
	struct deviations d;

	gather(w->m, is_iov, &d);
	if (d.n)
		lull_buf_puts(w->out, is_iov ? "occasions:\n" : "variability:\n");
	for (int g = 0; g < d.n; g++) {
		int at[LULL_NM_MAX_PARAMS], n = 0;
		for (int i = 0; i < d.n; i++)
			if (d.group[i] == g)
				at[n++] = i;
		if (n && block_is_well(w, &d, at, n))
			put_block(w, &d, at, n);
	}
}

/* One column must choose the occasion for all parameters. */
static void check_occasions(struct writer *w)
{
	const struct lull_nm_param *first = NULL;

	for (size_t i = 0; i < w->m->n_params; i++) {
		const struct lull_nm_param *p = &w->m->params[i];
		if (!p->has_iov)
			continue;
		if (first && (first->iov.column != p->iov.column || first->iov.occasion[0] != p->iov.occasion[0]))
			refuse(w, p, "use one occasion column, its values in the same order", "has occasions by another column or order");
		first = first ? first : p;
	}
}

/* ------------------------------------------------------------------ what to know */

static void put_caveat(struct writer *w, const char *text)
{
	lull_buf_puts(w->out, "  - ");
	put_quoted(w->out, text);
	lull_buf_putc(w->out, '\n');
}

static void put_caveats(struct writer *w)
{
	const struct lull_nonmem *m = w->m;
	char text[400];

	lull_buf_puts(w->out, "caveats:\n");
	put_caveat(w, "Initial estimates of the control stream are taken as the values: import the file with the final estimates in place.");
	lull_text_format(text, sizeof text, "A control stream has no units: time in %s, amounts in %s and volumes in %s were said at the import.",
			 w->units->time, w->units->amount, w->units->volume);
	put_caveat(w, text);
	if (param_of(m, LULL_NM_DUR_DEPOT) || param_of(m, LULL_NM_DUR_CENTRAL))
		put_caveat(w, "NONMEM uses D1 for doses with RATE = -2 only; here every dose without a rate of its own enters over that time.");
	for (size_t i = 0; i < m->n_params; i++)
		if (m->params[i].has_iov && strcmp(m->columns[m->params[i].iov.column], "OCC") != 0) {
			lull_text_format(text, sizeof text, "Occasions were told by column %s: name it OCC in event files.",
					 m->columns[m->params[i].iov.column]);
			put_caveat(w, text);
			break;
		}
	for (size_t i = 0; i < m->n_left_out; i++) {
		lull_text_format(text, sizeof text, "Not taken from the control stream: %s.", m->left_out[i]);
		put_caveat(w, text);
	}
}

int lull_nonmem_yaml(const struct lull_nonmem *model, const char *id, const struct lull_nm_units *units, struct lull_buf *out,
		     struct lull_diags *diags)
{
	const char *slash = strrchr(model->path, '/');
	struct writer w = { .m = model, .units = units, .out = out, .diags = diags, .file = slash ? slash + 1 : model->path };
	const size_t n_before = diags->n_errors;
	char conc[32];

	if (!conc_unit(&w, model->output_factor, conc)) {
		refuse(&w, NULL, "scale by V, V/1000 or V*1000, or say other units with --amount and --volume",
		       "a scale that is no step between units");
		return LULL_EUNSUPPORTED;
	}
	put_head(&w, id, conc);
	put_covariates(&w);
	put_params(&w);
	put_structure(&w);
	put_inputs(&w);
	put_output(&w, conc);
	check_occasions(&w);
	put_variability(&w, false);
	put_variability(&w, true);
	put_caveats(&w);
	if (diags->n_errors > n_before)
		return LULL_EUNSUPPORTED;
	return lull_buf_status(out, NULL);
}
