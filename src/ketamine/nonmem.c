/* A control stream as a whole: its records in order, the compartments of its ADVAN and TRANS. */
#include "nonmem_own.h"

#include <string.h>

#include "lull/base/files.h"
#include "lull/num/math.h"

const char *const lull_nm_role_names[] = { "cl", "v1", "q2", "v2", "q3", "v3", "ka", "k10", "k12", "k21", "k13", "k31", "v",
					   "f_depot", "f_central", "lag_depot", "lag_central", "dur_depot", "dur_central",
					   "rate_depot", "rate_central", NULL };

/* ------------------------------------------------------------------ remarks */

/* The line as it stands in the file, for the caret. */
static const char *excerpt(struct nm *nm, int line)
{
	for (size_t i = 0; i < nm->n_records; i++) {
		const struct nm_record *r = &nm->records[i];
		for (size_t j = 0; j < r->n_lines; j++) {
			const struct nm_line *l = &r->lines[j];
			if (l->line != line)
				continue;
			const size_t n = l->n_raw && l->raw[l->n_raw - 1] == '\r' ? l->n_raw - 1 : l->n_raw;
			char *text = lull_arena_strndup(nm->arena, l->raw, n > 200 ? 200 : n);
			if (text)
				lull_utf8_clean(text);
			return text;
		}
	}
	return NULL;
}

void lull_nm__say(struct nm *nm, enum lull_severity severity, int line, int col, const char *expected, const char *hint,
		  const char *fmt, ...)
{
	char found[400];
	va_list ap;

	va_start(ap, fmt);
	lull_text_vformat(found, sizeof found, fmt, ap);
	va_end(ap);
	lull_utf8_clean(found);
	const bool is_kept = nm->diags->n_items < LULL_DIAGS_KEPT;
	const struct lull_diag d = { .severity = severity, .file = nm->file, .line = line, .col = col, .found = found,
				     .expected = expected, .hint = hint,
				     .excerpt = is_kept && line > 0 ? excerpt(nm, line) : NULL };
	lull_diags_add(nm->diags, &d);
}

int lull_nm__nomem(struct nm *nm)
{
	nm->out_of_memory = true;
	nm->diags->out_of_memory = true;
	return LULL_ENOMEM;
}

bool lull_nm__step(struct nm *nm, long n)
{
	nm->n_steps += n;
	if (nm->n_steps <= NM_MAX_STEPS)
		return true;
	if (!nm->is_over)
		lull_nm__say(nm, LULL_ERROR, 0, 0, "simpler code", NULL, "code that takes too long to follow");
	nm->is_over = true;
	return false;
}

void lull_nm__leave_out(struct nm *nm, int line, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	lull_text_vformat(text, sizeof text, fmt, ap);
	va_end(ap);
	lull_utf8_clean(text);
	if (nm->n_left_out >= 60)
		return;
	const char **list = lull_arena_grow(nm->arena, nm->left_out, nm->n_left_out, &nm->cap_left_out, nm->n_left_out + 1,
					    sizeof *list);
	const char *copy = line ? lull_arena_printf(nm->arena, "line %d: %s", line, text) : lull_arena_strdup(nm->arena, text);
	if (!list || !copy) {
		(void)lull_nm__nomem(nm);
		return;
	}
	nm->left_out = list;
	nm->left_out[nm->n_left_out++] = copy;
}

/* ------------------------------------------------------------------ ADVAN and TRANS */

enum { VSS = LULL_NM_N_ROLES, AOB, ALPHA, BETA, GAMMA, END = -1 };
struct wanted { const char *name; int role; };

static const struct {
	int advan, trans, n;
	bool has_depot;
	struct wanted wanted[8]; /* ended by a NULL name */
} advans[] = {
	{ 1, 1, 1, false, { { "K", LULL_NM_K10 } } },
	{ 1, 2, 1, false, { { "CL", LULL_NM_CL }, { "V", LULL_NM_V1 } } },
	{ 2, 1, 1, true, { { "K", LULL_NM_K10 }, { "KA", LULL_NM_KA } } },
	{ 2, 2, 1, true, { { "CL", LULL_NM_CL }, { "V", LULL_NM_V1 }, { "KA", LULL_NM_KA } } },
	{ 3, 1, 2, false, { { "K", LULL_NM_K10 }, { "K12", LULL_NM_K12 }, { "K21", LULL_NM_K21 } } },
	{ 3, 3, 2, false, { { "CL", LULL_NM_CL }, { "V", LULL_NM_V1 }, { "Q", LULL_NM_Q2 }, { "VSS", VSS } } },
	{ 3, 4, 2, false, { { "CL", LULL_NM_CL }, { "V1", LULL_NM_V1 }, { "Q", LULL_NM_Q2 }, { "V2", LULL_NM_V2 } } },
	{ 3, 5, 2, false, { { "AOB", AOB }, { "ALPHA", ALPHA }, { "BETA", BETA } } },
	{ 3, 6, 2, false, { { "ALPHA", ALPHA }, { "BETA", BETA }, { "K21", LULL_NM_K21 } } },
	{ 4, 1, 2, true, { { "K", LULL_NM_K10 }, { "K23", LULL_NM_K12 }, { "K32", LULL_NM_K21 }, { "KA", LULL_NM_KA } } },
	{ 4, 3, 2, true, { { "CL", LULL_NM_CL }, { "V", LULL_NM_V1 }, { "Q", LULL_NM_Q2 }, { "VSS", VSS }, { "KA", LULL_NM_KA } } },
	{ 4, 4, 2, true, { { "CL", LULL_NM_CL }, { "V2", LULL_NM_V1 }, { "Q", LULL_NM_Q2 }, { "V3", LULL_NM_V2 }, { "KA", LULL_NM_KA } } },
	{ 4, 5, 2, true, { { "AOB", AOB }, { "ALPHA", ALPHA }, { "BETA", BETA }, { "KA", LULL_NM_KA } } },
	{ 4, 6, 2, true, { { "ALPHA", ALPHA }, { "BETA", BETA }, { "K32", LULL_NM_K21 }, { "KA", LULL_NM_KA } } },
	{ 11, 1, 3, false, { { "K", LULL_NM_K10 }, { "K12", LULL_NM_K12 }, { "K21", LULL_NM_K21 }, { "K13", LULL_NM_K13 },
			     { "K31", LULL_NM_K31 } } },
	{ 11, 4, 3, false, { { "CL", LULL_NM_CL }, { "V1", LULL_NM_V1 }, { "Q2", LULL_NM_Q2 }, { "V2", LULL_NM_V2 },
			     { "Q3", LULL_NM_Q3 }, { "V3", LULL_NM_V3 } } },
	{ 11, 6, 3, false, { { "ALPHA", ALPHA }, { "BETA", BETA }, { "GAMMA", GAMMA }, { "K21", LULL_NM_K21 },
			     { "K31", LULL_NM_K31 } } },
	{ 12, 1, 3, true, { { "K", LULL_NM_K10 }, { "K23", LULL_NM_K12 }, { "K32", LULL_NM_K21 }, { "K24", LULL_NM_K13 },
			    { "K42", LULL_NM_K31 }, { "KA", LULL_NM_KA } } },
	{ 12, 4, 3, true, { { "CL", LULL_NM_CL }, { "V2", LULL_NM_V1 }, { "Q3", LULL_NM_Q2 }, { "V3", LULL_NM_V2 },
			    { "Q4", LULL_NM_Q3 }, { "V4", LULL_NM_V3 }, { "KA", LULL_NM_KA } } },
	{ 12, 6, 3, true, { { "ALPHA", ALPHA }, { "BETA", BETA }, { "GAMMA", GAMMA }, { "K32", LULL_NM_K21 },
			    { "K42", LULL_NM_K31 }, { "KA", LULL_NM_KA } } },
};
enum { N_ADVANS = sizeof advans / sizeof advans[0] };

/* One parameter on its way: by role, with its expression. */
struct taken {
	const struct nm_expr *e[GAMMA + 1];
	const char *name[GAMMA + 1];
	bool is_there[GAMMA + 1];
};

static bool take_var(struct nm *nm, const char *name, int role, struct taken *t)
{
	const struct nm_var *var = lull_nm__var(nm, name);

	if (!var)
		return false;
	t->is_there[role] = true;
	t->name[role] = name;
	/* the place of the assignment, not of its first operator */
	t->e[role] = lull_nm__named(nm, name, var->value, var->line, var->col);
	return true;
}

static const struct nm_record *record_of(const struct nm *nm, enum nm_kind kind)
{
	for (size_t i = 0; i < nm->n_records; i++)
		if (nm->records[i].kind == kind)
			return &nm->records[i];
	return NULL;
}

static int row_of(struct nm *nm)
{
	const struct nm_record *sub = record_of(nm, NM_SUBROUTINES);
	const int advan = nm->model->advan, trans = nm->model->trans;

	if (!sub) {
		lull_nm__say(nm, LULL_ERROR, 1, 1, "$SUBROUTINES ADVAN1, 2, 3, 4, 11 or 12", NULL, "no $SUBROUTINES");
		return -1;
	}
	for (int i = 0; i < N_ADVANS; i++)
		if (advans[i].advan == advan && advans[i].trans == trans)
			return i;
	const bool is_known = advan == 1 || advan == 2 || advan == 3 || advan == 4 || advan == 11 || advan == 12;
	if (is_known)
		lull_nm__say(nm, LULL_ERROR, sub->line, sub->col, "a TRANS that this ADVAN has", NULL, "ADVAN%d with TRANS%d", advan,
			     trans);
	else if (advan < 0)
		lull_nm__say(nm, LULL_ERROR, sub->line, sub->col, "ADVAN1, 2, 3, 4, 11 or 12", NULL, "a $SUBROUTINES without ADVAN");
	else
		lull_nm__say(nm, LULL_ERROR, sub->line, sub->col, "ADVAN1, 2, 3, 4, 11 or 12",
			     advan == 10 ? "Michaelis-Menten elimination is not linear: Lull has no model for it" :
			     advan == 5 || advan == 7 ?
				     "write the compartments and rates as a model file: docs/model-format.md has an example" :
				     "only if its equations are linear: write them as a model file, docs/model-format.md",
			     "ADVAN%d", advan);
	return -1;
}

/* ------------------------------------------------------------------ K = CL/V */

static const struct nm_expr *ratio(const struct taken *t, int role, bool is_top)
{
	const struct nm_expr *e = t->is_there[role] ? lull_nm__bare(t->e[role]) : NULL;

	return e && e->op == NM_DIV ? (is_top ? e->a : e->b) : NULL;
}

static void put(struct taken *t, int role, const struct nm_expr *e, const char *otherwise)
{
	t->is_there[role] = true;
	t->e[role] = e;
	t->name[role] = e->op == NM_NAMED ? e->name : otherwise;
}

/* K12 = Q/V1 and K21 = Q/V2 over the V1 of K: then q and v of that pair. */
static bool pair(struct nm *nm, const struct taken *t, const struct nm_expr *v1, int there, int back,
		 const struct nm_expr **q, const struct nm_expr **v)
{
	const struct nm_expr *q_there = ratio(t, there, true), *v_there = ratio(t, there, false);

	*q = ratio(t, back, true);
	*v = ratio(t, back, false);
	return q_there && *q && lull_nm__same(nm, v_there, v1) && lull_nm__same(nm, q_there, *q);
}

/* TRANS1 written by clearances: K = CL/V1, K12 = Q/V1, K21 = Q/V2. */
static bool by_clearance(struct nm *nm, int n, struct taken *t)
{
	const struct nm_expr *cl = ratio(t, LULL_NM_K10, true), *v1 = ratio(t, LULL_NM_K10, false);
	const struct nm_expr *q2 = NULL, *v2 = NULL, *q3 = NULL, *v3 = NULL;

	if (!cl || (n > 1 && !pair(nm, t, v1, LULL_NM_K12, LULL_NM_K21, &q2, &v2)) ||
	    (n > 2 && !pair(nm, t, v1, LULL_NM_K13, LULL_NM_K31, &q3, &v3)))
		return false;
	for (int role = LULL_NM_K10; role <= LULL_NM_K31; role++)
		t->is_there[role] = false;
	put(t, LULL_NM_CL, cl, "CL");
	put(t, LULL_NM_V1, v1, "V1");
	if (n > 1) {
		put(t, LULL_NM_Q2, q2, "Q2");
		put(t, LULL_NM_V2, v2, "V2");
	}
	if (n > 2) {
		put(t, LULL_NM_Q3, q3, "Q3");
		put(t, LULL_NM_V3, v3, "V3");
	}
	return true;
}

/* ------------------------------------------------------------------ VSS, ALPHA, BETA ... */

struct list { struct lull_nm_param *items; size_t n; };

static void add_param(struct nm *nm, struct list *list, int role, const struct lull_nm_param *p)
{
	if (list->n >= LULL_NM_MAX_PARAMS) {
		nm->is_over = true;
		return;
	}
	list->items[list->n] = *p;
	list->items[list->n++].role = (enum lull_nm_role)role;
}

static bool is_plain(const struct lull_nm_param *p) { return !p->n_effects && !p->n_uses && !p->has_iov; }

/* V2 = VSS - V, for people who differ in neither. */
static void from_vss(struct nm *nm, const struct taken *t, struct list *list)
{
	struct lull_nm_param vss, v;
	double f = 0;

	if (!lull_nm__param(nm, "VSS", t->e[VSS], &vss) || !lull_nm__param(nm, "V", t->e[LULL_NM_V1], &v))
		return;
	const bool alike = !vss.n_uses && !vss.has_iov && lull_nm__proportional(nm, t->e[VSS], t->e[LULL_NM_V1], &f);
	if (!alike || !(f > 1)) {
		lull_nm__say(nm, LULL_ERROR, t->e[VSS]->line, t->e[VSS]->col,
			     "a VSS above V, without ETA and with the covariates of V",
			     "rewrite by TRANS4 with V2 (its typical value is VSS - V) and give V2 the ETA",
			     alike ? "VSS that is not above V" : "VSS, so that VSS - V has no form of its own");
		return;
	}
	v.typical *= f - 1;
	v.name = "V2";
	v.label = NULL;
	v.is_derived = true;
	add_param(nm, list, LULL_NM_V2, &v);
}

/* Rates that the hybrid constants stand for: k10, k12, k21, k13, k31. */
static bool micro_of(int n, double alpha, double beta, double gamma, double aob, double k21, double k31, double k[5])
{
	if (n == 2) {
		/* AOB = (alpha - k21) / (k21 - beta) */
		k21 = k21 > 0 ? k21 : (aob * beta + alpha) / (aob + 1);
		k[0] = alpha * beta / k21;
		k[1] = alpha + beta - k21 - k[0];
		k[2] = k21;
		k[3] = k[4] = 0;
		return k[0] > 0 && k[1] > 0 && k21 > 0;
	}
	/* sums of the three rates one by one, in pairs, and all: coefficients of the characteristic polynomial */
	const double s1 = alpha + beta + gamma, s2 = alpha * beta + alpha * gamma + beta * gamma, s3 = alpha * beta * gamma;
	const double k10 = s3 / (k21 * k31), both = s1 - k10 - k21 - k31, mixed = s2 - k10 * (k21 + k31) - k21 * k31;
	k[0] = k10;
	k[1] = (mixed - both * k21) / (k31 - k21);
	k[2] = k21;
	k[3] = both - k[1];
	k[4] = k31;
	return lull_is_finite(k[1]) && k[0] > 0 && k[1] > 0 && k[3] > 0;
}

static void from_hybrid(struct nm *nm, int n, const struct taken *t, struct list *list)
{
	static const int given[] = { ALPHA, BETA, GAMMA, AOB, LULL_NM_K21, LULL_NM_K31 };
	static const int micro[] = { LULL_NM_K10, LULL_NM_K12, LULL_NM_K21, LULL_NM_K13, LULL_NM_K31 };
	static const char *const names[] = { "K", "K12", "K21", "K13", "K31" };
	double x[6] = { 0 }, k[5];

	for (int i = 0; i < 6; i++) {
		struct lull_nm_param p;
		if (!t->is_there[given[i]])
			continue;
		if (!lull_nm__param(nm, t->name[given[i]], t->e[given[i]], &p))
			return;
		x[i] = p.typical;
		if (!is_plain(&p)) {
			lull_nm__say(nm, LULL_ERROR, p.line, p.col, "hybrid constants without ETA and covariates",
				     "rewrite by TRANS4 or TRANS1, where each person's constants have a form of their own",
				     "%s differs between people", p.name);
			return;
		}
	}
	if (!micro_of(n, x[0], x[1], x[2], x[3], x[4], x[5], k)) {
		lull_nm__say(nm, LULL_ERROR, t->e[ALPHA]->line, t->e[ALPHA]->col, "constants that belong to a compartment model",
			     NULL, "rates that no micro constants above 0 give");
		return;
	}
	for (int i = 0; i < 2 * n - 1; i++) {
		const struct lull_nm_param p = { .name = names[i], .typical = k[i], .line = t->e[ALPHA]->line,
						 .col = t->e[ALPHA]->col, .is_derived = true };
		add_param(nm, list, micro[i], &p);
	}
}

/* ------------------------------------------------------------------ doses and the scale */

/* F1, ALAG1, D1, R1 of depot and central; of other compartments they are said and left. */
static void take_doses(struct nm *nm, struct taken *t)
{
	static const struct { const char *word; int role; } words[] = {
		{ "F", LULL_NM_F_DEPOT }, { "ALAG", LULL_NM_LAG_DEPOT }, { "D", LULL_NM_DUR_DEPOT }, { "R", LULL_NM_RATE_DEPOT },
	};
	const int first = nm->model->has_depot ? 0 : 1, n = nm->model->n_dispositions + nm->model->has_depot;

	for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
		for (int cmt = 1; cmt <= n; cmt++) {
			const char *name = lull_arena_printf(nm->arena, "%s%d", words[w].word, cmt);
			if (!name) {
				(void)lull_nm__nomem(nm);
				return;
			}
			const int of = cmt - 1 + first; /* 0 depot, 1 central */
			const struct nm_var *var = lull_nm__var(nm, name);
			if (of <= 1)
				(void)take_var(nm, name, words[w].role + of, t);
			else if (var)
				lull_nm__leave_out(nm, var->line, "%s: doses go into the depot and the central compartment only", name);
		}
}

/* S of the central compartment, or what $ERROR divides A by. */
static void take_scale(struct nm *nm, struct taken *t, struct list *list)
{
	struct lull_nonmem *m = nm->model;
	const char *name = lull_arena_printf(nm->arena, "S%d", nm->central + 1);
	double f = 1;

	if (!name) {
		(void)lull_nm__nomem(nm);
		return;
	}
	const struct nm_var *s = lull_nm__var(nm, name);
	s = s ? s : lull_nm__var(nm, "SC");
	const struct nm_expr *e = s ? s->value : nm->amount_over;
	const struct nm_record *pk = record_of(nm, NM_PK);
	m->has_scale = e != NULL;
	if (!e) {
		if (m->is_clearance)
			lull_nm__say(nm, LULL_ERROR, pk->line, pk->col, "a scale for the central compartment",
				     "add S1 = V or S2 = V/1000 as the units of DV ask for it", "a $PK without %s", name);
		return;
	}
	const int line = s ? s->line : e->line, col = s ? s->col : e->col;
	if (s && nm->amount_over && !lull_nm__same(nm, e, nm->amount_over) &&
	    !lull_nm__proportional(nm, e, nm->amount_over, &nm->over_ratio)) {
		lull_nm__say(nm, LULL_ERROR, nm->amount_over->line, nm->amount_over->col, "F in $ERROR",
			     "use F, which is A over the scale", "A divided by something else than %s", name);
		return;
	}
	if (!m->is_clearance) {
		struct lull_nm_param p;
		const struct nm_expr *x = lull_nm__bare(e);
		const bool is_scaled = (x->op == NM_DIV || x->op == NM_MUL) && lull_nm__bare(x->b)->op == NM_NUM;
		if (is_scaled && lull_nm__bare(x->b)->num > 0) { /* V/1000: V is the volume */
			m->output_factor *= x->op == NM_DIV ? lull_nm__bare(x->b)->num : 1 / lull_nm__bare(x->b)->num;
			e = x->a;
		}
		if (lull_nm__param(nm, name, lull_nm__named(nm, name, e, line, col), &p))
			add_param(nm, list, LULL_NM_SCALE_V, &p);
	} else if (!lull_nm__proportional(nm, e, t->e[LULL_NM_V1], &f) || !(f > 0)) {
		lull_nm__say(nm, LULL_ERROR, line, col, "a multiple of the central volume", "S1 = V, S1 = V/1000 ...",
			     "%s that changes otherwise than %s", name, t->name[LULL_NM_V1]);
	} else
		m->output_factor /= f;
}

/* ------------------------------------------------------------------ all together */

static void take_params(struct nm *nm, int row)
{
	struct lull_nonmem *m = nm->model;
	struct taken *t = LULL_ARENA_NEW(nm->arena, struct taken, 1);
	struct list list = { LULL_ARENA_NEW(nm->arena, struct lull_nm_param, LULL_NM_MAX_PARAMS), 0 };
	const struct nm_record *pk = record_of(nm, NM_PK);

	if (!t || !list.items) {
		(void)lull_nm__nomem(nm);
		return;
	}
	for (const struct wanted *w = advans[row].wanted; w < advans[row].wanted + 8 && w->name; w++)
		if (!take_var(nm, w->name, w->role, t))
			lull_nm__say(nm, LULL_ERROR, pk->line, pk->col, "an assignment for each parameter of ADVAN and TRANS", NULL,
				     "no %s, which ADVAN%d TRANS%d needs", w->name, m->advan, m->trans);
	if (nm->diags->n_errors)
		return;
	m->is_clearance = t->is_there[LULL_NM_CL] || by_clearance(nm, m->n_dispositions, t);
	take_doses(nm, t);
	for (int role = 0; role < LULL_NM_N_ROLES; role++) {
		const bool is_hybrid = t->is_there[ALPHA] && role >= LULL_NM_K10 && role <= LULL_NM_K31;
		struct lull_nm_param p;
		if (t->is_there[role] && !is_hybrid && lull_nm__param(nm, t->name[role], t->e[role], &p))
			add_param(nm, &list, role, &p);
	}
	if (t->is_there[VSS])
		from_vss(nm, t, &list);
	if (t->is_there[ALPHA])
		from_hybrid(nm, m->n_dispositions, t, &list);
	if (!nm->diags->n_errors)
		take_scale(nm, t, &list);
	m->params = list.items;
	m->n_params = list.n;
}

/* Columns that effects use become covariates, in the order of use. */
static void take_covariates(struct nm *nm)
{
	struct lull_nonmem *m = nm->model;
	struct lull_nm_covariate *list = LULL_ARENA_NEW(nm->arena, struct lull_nm_covariate, LULL_NM_MAX_COLUMNS);
	int *index = LULL_ARENA_NEW(nm->arena, int, LULL_NM_MAX_COLUMNS);

	if (!list || !index) {
		(void)lull_nm__nomem(nm);
		return;
	}
	for (size_t i = 0; i < m->n_params; i++)
		for (int j = 0; j < m->params[i].n_effects; j++) {
			struct lull_nm_effect *e = (struct lull_nm_effect *)&m->params[i].effect[j];
			const int column = e->covariate;
			if (!index[column]) {
				list[m->n_covariates] = (struct lull_nm_covariate){ .name = nm->columns[column],
					.reference = (double)__builtin_nanf("") };
				index[column] = (int)++m->n_covariates;
			}
			struct lull_nm_covariate *c = &list[index[column] - 1];
			c->is_category |= e->kind == LULL_NM_CATEGORY;
			if (e->kind != LULL_NM_CATEGORY && c->reference != c->reference && (e->kind != LULL_NM_POWER || e->reference != 1))
				c->reference = e->reference;
			e->covariate = index[column] - 1;
		}
	m->covariates = list;
}

static bool has_remark(const struct nm *nm) { return nm->diags->n_errors || nm->out_of_memory || nm->is_over; }

static void refuse_record(struct nm *nm, const struct nm_record *r)
{
	static const struct { const char *name, *hint; } hints[] = {
		{ "DES", "only if its equations are linear: write them as a model file, docs/model-format.md" },
		{ "MODEL", "write its compartments as a model file, docs/model-format.md" },
		{ "PRED", "a model without ADVAN has no compartments to read" },
		{ "MIX", "import one subpopulation at a time, with its THETAs in place" },
		{ "INCLUDE", "put the included text in its place" },
		{ "ABBREVIATED", "write THETA(1) and ETA(1) in place of labels; DERIV2=NO and COMRES may be removed" },
	};
	const char *hint = NULL;

	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
		if (strcmp(r->name, hints[i].name) == 0)
			hint = hints[i].hint;
	lull_nm__say(nm, LULL_ERROR, r->line, r->col, "$PROBLEM, $INPUT, $SUBROUTINES, $PK, $ERROR, $THETA, $OMEGA, $SIGMA", hint,
		     "$%s, which changes the model in a way that is not read", r->name);
}

static void take_problem(struct nm *nm, const struct nm_record *r)
{
	if (nm->model->problem) {
		lull_nm__say(nm, LULL_ERROR, r->line, r->col, "one problem a file", "cut the file at the second $PROBLEM",
			     "a second $PROBLEM");
		nm->is_over = true;
		return;
	}
	char *text = lull_arena_strndup(nm->arena, r->n_lines ? r->lines[0].text : "", r->n_lines ? r->lines[0].n : 0);
	if (!text) {
		(void)lull_nm__nomem(nm);
		return;
	}
	lull_utf8_clean(text);
	while (*text == ' ' || *text == '\t')
		text++;
	nm->model->problem = text;
}

static void take_records(struct nm *nm)
{
	int line_of_steps = 0;

	for (size_t i = 0; i < nm->n_records && !nm->is_over && !nm->out_of_memory; i++) {
		const struct nm_record *r = &nm->records[i];
		switch (r->kind) {
		case NM_PROBLEM: take_problem(nm, r); break;
		case NM_INPUT: lull_nm__input(nm, r); break;
		case NM_SUBROUTINES: lull_nm__subroutines(nm, r); break;
		case NM_THETA: lull_nm__theta(nm, r); break;
		case NM_OMEGA: lull_nm__matrix(nm, r, false); break;
		case NM_SIGMA: lull_nm__matrix(nm, r, true); break;
		case NM_DATA: lull_nm__leave_out(nm, r->line, "$DATA: no data are read, nor what it ignores or accepts"); break;
		case NM_SKIPPED: line_of_steps = line_of_steps ? line_of_steps : r->line; break;
		case NM_REFUSED: refuse_record(nm, r); break;
		case NM_UNKNOWN:
			lull_nm__say(nm, LULL_ERROR, r->line, r->col, "a record of NONMEM's", "remove it if the model is the same without it",
				     "$%s", r->name);
			break;
		default: break; /* $PK and $ERROR wait until all THETAs are known */
		}
	}
	if (line_of_steps)
		lull_nm__leave_out(nm, line_of_steps, "estimation, tables and other steps of a run; initial estimates are taken as the values");
}

/* What lies together in the arena: arrays of their full size, so that nothing moves. */
static bool prepare(struct nm *nm)
{
	const size_t n = LULL_NM_MAX_ETAS;

	nm->model = LULL_ARENA_NEW(nm->arena, struct lull_nonmem, 1);
	nm->columns = LULL_ARENA_NEW(nm->arena, const char *, LULL_NM_MAX_COLUMNS);
	nm->is_reserved = LULL_ARENA_NEW(nm->arena, bool, LULL_NM_MAX_COLUMNS);
	nm->thetas = LULL_ARENA_NEW(nm->arena, struct lull_nm_theta, LULL_NM_MAX_THETAS);
	nm->omega = LULL_ARENA_NEW(nm->arena, double, n * n);
	nm->sigma = LULL_ARENA_NEW(nm->arena, double, n * n);
	nm->eta_labels = LULL_ARENA_NEW(nm->arena, const char *, n);
	nm->eta_group = LULL_ARENA_NEW(nm->arena, int, n);
	return nm->model && nm->columns && nm->is_reserved && nm->thetas && nm->omega && nm->sigma && nm->eta_labels &&
	       nm->eta_group;
}

static void take_code(struct nm *nm, int row)
{
	struct lull_nonmem *m = nm->model;
	const struct nm_record *pk = record_of(nm, NM_PK), *error = record_of(nm, NM_ERROR);

	m->n_dispositions = advans[row].n;
	m->has_depot = advans[row].has_depot;
	nm->central = m->has_depot ? 1 : 0;
	if (!pk) {
		lull_nm__say(nm, LULL_ERROR, 1, 1, "$PK with the parameters of the ADVAN", NULL, "no $PK");
		return;
	}
	for (size_t i = 0; i < nm->n_records && !has_remark(nm); i++)
		if (nm->records[i].kind == NM_PK)
			lull_nm__run(nm, &nm->records[i], false);
	struct nm_env pk_env = nm->env;
	nm->env.vars = LULL_ARENA_NEW(nm->arena, struct nm_var, pk_env.n + 1);
	nm->env.cap = pk_env.n + 1;
	if (!nm->env.vars) {
		(void)lull_nm__nomem(nm);
		return;
	}
	for (size_t i = 0; i < pk_env.n; i++)
		nm->env.vars[i] = pk_env.vars[i];
	for (size_t i = 0; error && i < nm->n_records && !has_remark(nm); i++)
		if (nm->records[i].kind == NM_ERROR)
			lull_nm__run(nm, &nm->records[i], true);
	if (has_remark(nm))
		return;
	const struct nm_env with_error = nm->env;
	nm->env = pk_env; /* $ERROR may not change what PREDPP has taken */
	take_params(nm, row);
	take_covariates(nm);
	nm->env = with_error;
	if (!has_remark(nm))
		lull_nm__residual(nm);
}

int lull_nonmem_read(const char *bytes, size_t n, const char *path, struct lull_arena *arena,
		     const struct lull_nonmem **out, struct lull_diags *diags)
{
	struct nm nm = { .arena = arena, .diags = diags, .file = path, .over_ratio = 1 };
	struct lull_err err = { 0 };

	*out = NULL;
	if (n > LULL_NM_MAX_BYTES) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "a control stream of at most 1 MB", NULL, "%zu bytes", n);
		return LULL_ELIMIT;
	}
	if (!prepare(&nm))
		return lull_nm__nomem(&nm);
	*nm.model = (struct lull_nonmem){ .path = path, .advan = -1, .trans = 1, .output_factor = 1 };
	for (size_t i = 0; i < LULL_NM_MAX_ETAS; i++)
		nm.eta_group[i] = -1;
	if (lull_nm__records(&nm, bytes, n) == LULL_OK)
		take_records(&nm);
	const int row = has_remark(&nm) ? -1 : row_of(&nm);
	if (row >= 0)
		take_code(&nm, row);
	if (nm.out_of_memory || diags->out_of_memory)
		return lull_nomem(NULL);
	if (has_remark(&nm)) {
		const int rc = lull_diags_fail(diags, &err);
		return rc == LULL_OK ? LULL_ELIMIT : rc;
	}
	struct lull_nonmem *m = nm.model;
	m->problem = m->problem ? m->problem : "";
	lull_hash_text(bytes, n, m->hash_hex);
	m->columns = nm.columns;
	m->n_columns = nm.n_columns;
	m->thetas = nm.thetas;
	m->n_thetas = nm.n_thetas;
	m->eta_labels = nm.eta_labels;
	m->n_etas = nm.n_etas;
	m->omega = nm.omega;
	m->left_out = nm.left_out;
	m->n_left_out = nm.n_left_out;
	*out = m;
	return LULL_OK;
}
