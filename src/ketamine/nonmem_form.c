/* From a parameter's expression to a product: typical value, covariate effects, deviations.
 *
 * What is found is compared with the expression itself at many covariates, occasions and
 * deviations before it is believed. */
#include "nonmem_own.h"

#include <string.h>

#include "lull/num/math.h"

struct occ { /* deviation of one occasion */
	int column, eta;
	double occasion, coef;
};

/* c x effects x exp(deviations) */
struct form {
	double c;
	struct lull_nm_effect effect[LULL_NM_MAX_EFFECTS]; int n_effects;
	struct lull_nm_use use[LULL_NM_MAX_USES]; int n_uses;
	struct occ occ[LULL_NM_MAX_OCCASIONS]; int n_occ;
};

struct taking {
	struct nm *nm;
	const char *name;  /* of the parameter                       */
	bool quiet, failed;
};

static bool factor(struct taking *k, const struct nm_expr *e, double p, struct form *out);
static bool exponent(struct taking *k, const struct nm_expr *e, double p, struct form *out);

#define BARE lull_nm__bare

/* One error a parameter, at the place in its code. */
static bool refuse(struct taking *k, const struct nm_expr *at, const char *hint, const char *why)
{
	if (!k->failed && !k->quiet)
		lull_nm__say(k->nm, LULL_ERROR, at->line, at->col,
			     "a product of numbers, THETAs, covariate effects and exp(ETA)", hint, "%s %s", k->name, why);
	k->failed = true;
	return false;
}

static bool refuse_symbol(struct taking *k, const struct nm_expr *e)
{
	if (!k->failed && !k->quiet)
		lull_nm__say(k->nm, LULL_ERROR, e->line, e->col, "THETA, ETA and columns that describe the person",
			     e->op == NM_SYM && e->why && strstr(e->why, "while NONMEM") ?
				     "write the code for one call of $PK, with covariates as columns" : NULL,
			     "%s needs %s, which %s", k->name, e->op == NM_SYM ? e->name : "a concentration",
			     e->op == NM_SYM ? e->why : "$PK does not have");
	k->failed = true;
	return false;
}

/* ------------------------------------------------------------------ parts of a form */

static bool scale(struct taking *k, const struct nm_expr *at, double v, double p, struct form *out)
{
	const double x = p == 1 ? v : p == -1 ? 1 / v : v > 0 ? lull_exp(p * lull_log(v)) : (double)__builtin_nanf("");

	if (!lull_is_finite(x))
		return refuse(k, at, NULL, "is not a finite number at the initial estimates");
	out->c *= x;
	return true;
}

/* Two factors by the same column are one, as far as there is room for its levels. */
static bool join_categories(struct lull_nm_effect *x, const struct lull_nm_effect *e)
{
	struct lull_nm_effect both = *x;

	for (int j = 0; j < e->n_levels; j++) {
		int i = 0;
		while (i < both.n_levels && both.level[i] != e->level[j])
			i++;
		if (i == LULL_NM_MAX_LEVELS)
			return false;
		if (i == both.n_levels) {
			both.level[both.n_levels] = e->level[j];
			both.factor[both.n_levels++] = 1;
		}
		both.factor[i] *= e->factor[j];
		if (both.level[i] == both.base_level)
			both.base_level = (double)__builtin_nanf("");
	}
	*x = both;
	return true;
}

static bool add_effect(struct taking *k, const struct nm_expr *at, struct lull_nm_effect e, struct form *out)
{
	for (int i = 0; i < out->n_effects; i++) {
		struct lull_nm_effect *x = &out->effect[i];
		if (x->kind == LULL_NM_CATEGORY && e.kind == LULL_NM_CATEGORY && x->covariate == e.covariate && join_categories(x, &e))
			return true;
		if (x->kind == e.kind && x->covariate == e.covariate && x->reference == e.reference &&
		    (e.kind == LULL_NM_POWER || e.kind == LULL_NM_EXPONENTIAL)) {
			x->value += e.value;
			return true;
		}
	}
	if (out->n_effects >= LULL_NM_MAX_EFFECTS)
		return refuse(k, at, NULL, "has more than 8 covariate effects");
	out->effect[out->n_effects++] = e;
	return true;
}

static bool add_use(struct taking *k, const struct nm_expr *at, int eta, double coef, struct form *out)
{
	for (int i = 0; i < out->n_uses; i++)
		if (out->use[i].eta == eta) {
			out->use[i].coef += coef;
			return true;
		}
	if (out->n_uses >= LULL_NM_MAX_USES)
		return refuse(k, at, NULL, "has more than 4 ETAs");
	out->use[out->n_uses++] = (struct lull_nm_use){ eta, coef };
	return true;
}

/* x, x / 70 */
static bool is_ratio(struct nm *nm, const struct nm_expr *e, int *column, double *reference)
{
	e = BARE(e);
	if (e->op == NM_COV) {
		*column = e->index;
		*reference = 1;
		return true;
	}
	if (e->op != NM_DIV || BARE(e->a)->op != NM_COV || !lull_nm__is_const(e->b))
		return false;
	*column = BARE(e->a)->index;
	*reference = lull_nm__const(nm, e->b);
	return lull_is_finite(*reference) && *reference > 0;
}

struct line {
	int column;              /* -1: none yet                            */
	double a, b, reference;  /* a + b x; reference: of the first x - reference */
	bool has_reference;
};

/* a + b x of one column. */
static bool is_linear(struct nm *nm, const struct nm_expr *e, struct line *out)
{
	struct line x = { .column = -1 }, y = { .column = -1 };

	e = BARE(e);
	*out = x;
	if (lull_nm__is_const(e)) {
		out->a = lull_nm__const(nm, e);
		return true;
	}
	if (e->op == NM_COV) {
		*out = (struct line){ .column = e->index, .b = 1 };
		return true;
	}
	if (e->op < NM_ADD || e->op > NM_NEG || e->op == NM_POW || !is_linear(nm, e->a, &x) ||
	    (e->op != NM_NEG && !is_linear(nm, e->b, &y)))
		return false;
	if (x.column >= 0 && y.column >= 0 && x.column != y.column)
		return false;
	out->column = x.column >= 0 ? x.column : y.column;
	out->has_reference = x.has_reference || y.has_reference;
	out->reference = x.has_reference ? x.reference : y.reference;
	switch (e->op) {
	case NM_ADD:
		out->a = x.a + y.a;
		out->b = x.b + y.b;
		return true;
	case NM_SUB:
		out->a = x.a - y.a;
		out->b = x.b - y.b;
		if (BARE(e->a)->op == NM_COV && y.column < 0 && !out->has_reference) {
			out->has_reference = true;
			out->reference = y.a;
		}
		return true;
	case NM_NEG:
		out->a = -x.a;
		out->b = -x.b;
		return true;
	case NM_MUL:
		out->a = x.a * y.a;
		out->b = x.a * y.b + x.b * y.a;
		return x.column < 0 || y.column < 0;
	default: /* NM_DIV */
		out->a = x.a / y.a;
		out->b = x.b / y.a;
		return y.column < 0;
	}
}

/* ------------------------------------------------------------------ IF: categories and occasions */

/* The column of a condition, where it is the only one in it; -1 none or several. */
static int column_of(const struct nm_expr *c, int known)
{
	c = BARE(c);
	if (c->op == NM_COV)
		return known == -2 || known == c->index ? c->index : -1;
	if (c->has & ~(unsigned)NM_HAS_COV)
		return -1;
	for (int i = 0; i < 3; i++) {
		const struct nm_expr *part = i == 0 ? c->a : i == 1 ? c->b : c->c;
		if (part && part->has && (known = column_of(part, known)) == -1)
			return -1;
	}
	return known;
}

struct cases { /* one column: what holds at each value asked for, and at any other */
	int column, n;
	double level[LULL_NM_MAX_OCCASIONS];
	const struct nm_expr *leaf[LULL_NM_MAX_OCCASIONS];
	const struct nm_expr *otherwise;
};

/* Every value this column is compared with by .EQ. or .NE. in the conditions of e. */
static bool find_levels(struct taking *k, const struct nm_expr *e, bool in_condition, struct cases *out)
{
	e = BARE(e);
	if (!(e->has & NM_HAS_COV) || (!in_condition && !(e->has & NM_HAS_IF)))
		return true;
	if (!lull_nm__step(k->nm, 1))
		return false;
	if (in_condition && (e->op == NM_EQ || e->op == NM_NE)) {
		const struct nm_expr *x = BARE(e->a), *v = BARE(e->b);
		if (v->op == NM_COV) {
			x = BARE(e->b);
			v = BARE(e->a);
		}
		if (x->op != NM_COV || x->index != out->column || !lull_nm__is_const(v))
			return true;
		const double level = lull_nm__const(k->nm, v);
		for (int i = 0; i < out->n; i++)
			if (out->level[i] == level)
				return true;
		if (out->n >= LULL_NM_MAX_OCCASIONS)
			return refuse(k, e, NULL, "has more than 12 cases of a column");
		out->level[out->n++] = level;
		return true;
	}
	return (!e->a || find_levels(k, e->a, in_condition, out)) && (!e->b || find_levels(k, e->b, in_condition, out)) &&
	       (!e->c || find_levels(k, e->c, in_condition || e->op == NM_IF, out));
}

/* A condition of that column alone at its value; NaN: none of those asked for by .EQ. and .NE.
 * 1 true, 0 false, -1 cannot be said. */
static int decide(struct taking *k, const struct nm_expr *c, int column, double level)
{
	c = BARE(c);
	const bool is_other = level != level;
	int a, b;
	double columns[LULL_NM_MAX_COLUMNS] = { 0 };

	if (column_of(c, -2) != column)
		return -1;
	if (!is_other) {
		double thetas[LULL_NM_MAX_THETAS];
		for (size_t i = 0; i < k->nm->n_thetas; i++)
			thetas[i] = k->nm->thetas[i].init;
		columns[column] = level;
		const struct nm_at at = { .thetas = thetas, .columns = columns };
		const double v = lull_nm__eval(k->nm, c, &at);
		return v != v ? -1 : v != 0;
	}
	switch (c->op) {
	case NM_EQ: case NM_NE:
		if (BARE(c->a)->op != NM_COV && BARE(c->b)->op != NM_COV)
			return -1;
		return c->op == NM_NE;
	case NM_NOT:
		a = decide(k, c->a, column, level);
		return a < 0 ? -1 : !a;
	case NM_AND: case NM_OR:
		a = decide(k, c->a, column, level);
		b = decide(k, c->b, column, level);
		return a < 0 || b < 0 ? -1 : c->op == NM_AND ? a && b : a || b;
	default:
		return -1;
	}
}

/* e where the column has that value: the IFs that ask for it are answered. */
static const struct nm_expr *assume(struct taking *k, const struct nm_expr *e, int column, double level)
{
	const struct nm_expr *whole = e;

	e = BARE(e);
	if (!(e->has & NM_HAS_IF) || !lull_nm__step(k->nm, 20))
		return whole;
	if (e->op == NM_IF) {
		const int answer = decide(k, e->c, column, level);
		if (answer >= 0)
			return assume(k, answer ? e->a : e->b, column, level);
	}
	const struct nm_expr *a = assume(k, e->a, column, level), *b = e->b ? assume(k, e->b, column, level) : NULL;
	return a == e->a && b == e->b ? whole : lull_nm__make(k->nm, e->op, a, b, e->c, e);
}

static bool cases_of(struct taking *k, const struct nm_expr *e, struct cases *out)
{
	const struct nm_expr *c = BARE(e->c);

	*out = (struct cases){ .column = column_of(c, -2) };
	if (out->column < 0)
		return refuse(k, c, c->has & NM_HAS_SYM ? "write the code for one call of $PK, with covariates as columns" :
							  "ask for one column's value in each IF",
			      "depends on a condition that is not one covariate's value");
	if (!find_levels(k, e, false, out))
		return false;
	out->otherwise = assume(k, e, out->column, (double)__builtin_nanf(""));
	for (int i = 0; i < out->n; i++)
		out->leaf[i] = assume(k, e, out->column, out->level[i]);
	const struct nm_expr *rest = BARE(out->otherwise);
	if (!out->n || (rest->op == NM_IF && BARE(rest->c) == c))
		return refuse(k, c, "make a column that is 0 or 1 for it and ask IF (X.EQ.1)",
			      "depends on a condition other than X.EQ.value");
	return true;
}

static bool same_shape(const struct form *a, const struct form *b)
{
	if (a->n_effects != b->n_effects || a->n_uses != b->n_uses || a->n_occ != b->n_occ)
		return false;
	for (int i = 0; i < a->n_uses; i++)
		if (a->use[i].eta != b->use[i].eta || a->use[i].coef != b->use[i].coef)
			return false;
	for (int i = 0; i < a->n_occ; i++)
		if (a->occ[i].eta != b->occ[i].eta || a->occ[i].column != b->occ[i].column ||
		    a->occ[i].occasion != b->occ[i].occasion || a->occ[i].coef != b->occ[i].coef)
			return false;
	for (int i = 0; i < a->n_effects; i++) {
		const struct lull_nm_effect *x = &a->effect[i], *y = &b->effect[i];
		if (x->kind != y->kind || x->covariate != y->covariate || x->reference != y->reference ||
		    x->value != y->value || x->n_levels != y->n_levels)
			return false;
		for (int j = 0; j < x->n_levels; j++)
			if (x->level[j] != y->level[j] || x->factor[j] != y->factor[j])
				return false;
	}
	return true;
}

static bool multiply(struct taking *k, const struct nm_expr *at, const struct form *part, struct form *out)
{
	out->c *= part->c;
	for (int i = 0; i < part->n_effects; i++)
		if (!add_effect(k, at, part->effect[i], out))
			return false;
	for (int i = 0; i < part->n_uses; i++)
		if (!add_use(k, at, part->use[i].eta, part->use[i].coef, out))
			return false;
	for (int i = 0; i < part->n_occ; i++) {
		if (out->n_occ >= LULL_NM_MAX_OCCASIONS)
			return refuse(k, at, NULL, "has more than 12 occasions");
		out->occ[out->n_occ++] = part->occ[i];
	}
	return true;
}

static bool leaf_form(struct taking *k, const struct nm_expr *leaf, double p, bool is_exponent, struct form *out)
{
	*out = (struct form){ .c = 1 };
	return is_exponent ? exponent(k, leaf, p, out) : factor(k, leaf, p, out);
}

/* Nothing was assigned for the other values (or the 0 put there before the IFs). */
static bool is_nothing(struct taking *k, const struct nm_expr *e, bool is_exponent)
{
	e = BARE(e);
	return e->op == NM_SYM || (!is_exponent && lull_nm__is_const(e) && lull_nm__const(k->nm, e) == 0);
}

static bool category(struct taking *k, const struct nm_expr *e, double p, bool is_exponent, struct form *out)
{
	struct cases cases;
	struct form base, leaf;

	if (!cases_of(k, e, &cases))
		return false;
	struct lull_nm_effect effect = { .kind = LULL_NM_CATEGORY, .covariate = cases.column,
					 .base_level = (double)__builtin_nanf(""), .reference = 0 };
	int i_base = -1;
	if (is_nothing(k, cases.otherwise, is_exponent)) {
		for (int i = 0; i < cases.n; i++)
			if (i_base < 0 || cases.level[i] < cases.level[i_base])
				i_base = i;
		effect.base_level = cases.level[i_base];
	}
	const struct nm_expr *base_leaf = i_base >= 0 ? cases.leaf[i_base] : cases.otherwise;
	if (!leaf_form(k, base_leaf, p, is_exponent, &base))
		return false;
	for (int i = 0; i < cases.n; i++) {
		if (i == i_base)
			continue;
		if (!leaf_form(k, cases.leaf[i], p, is_exponent, &leaf))
			return false;
		if (!same_shape(&leaf, &base) || base.c == 0)
			return refuse(k, e->c, "give each group a factor on one typical value",
				      "differs between the answers of an IF by more than a factor");
		if (effect.n_levels >= LULL_NM_MAX_LEVELS)
			return refuse(k, e->c, NULL, "has more than 8 levels of a column");
		effect.level[effect.n_levels] = cases.level[i];
		effect.factor[effect.n_levels++] = leaf.c / base.c;
	}
	return multiply(k, e, &base, out) && (!effect.n_levels || add_effect(k, e, effect, out));
}

/* c * ETA(n); *coef 0 where it is nothing at all. */
static bool is_eta(struct nm *nm, const struct nm_expr *e, int *eta, double *coef)
{
	e = BARE(e);
	if (e->op == NM_SYM || (lull_nm__is_const(e) && lull_nm__const(nm, e) == 0)) {
		*coef = 0;
		return true;
	}
	if (e->op == NM_ETA) {
		*eta = e->index;
		*coef = 1;
		return true;
	}
	if (e->op == NM_NEG) {
		const bool ok = is_eta(nm, e->a, eta, coef);
		*coef = -*coef;
		return ok;
	}
	if (e->op != NM_MUL && e->op != NM_DIV)
		return false;
	const bool first = lull_nm__is_const(e->a) && e->op == NM_MUL;
	const struct nm_expr *c = first ? e->a : e->b;
	if (!lull_nm__is_const(c) || !is_eta(nm, first ? e->b : e->a, eta, coef))
		return false;
	const double v = lull_nm__const(nm, c);
	*coef *= e->op == NM_MUL ? v : 1 / v;
	return true;
}

/* IF (OCC.EQ.1) ETA(4), IF (OCC.EQ.2) ETA(5) ... in an exponent. */
static bool occasions(struct taking *k, const struct nm_expr *e, double p, struct form *out)
{
	struct cases cases;
	int eta = 0;
	double coef = 0, free_level = 1;

	if (!cases_of(k, e, &cases))
		return false;
	for (int i = 0; i < cases.n; i++) /* a whole number no IF asks for: what ELSE is for */
		for (int j = 0; j < cases.n; j++)
			if (cases.level[j] == free_level)
				free_level++;
	for (int i = 0; i <= cases.n; i++) {
		const struct nm_expr *leaf = i < cases.n ? cases.leaf[i] : cases.otherwise;
		if (!is_eta(k->nm, leaf, &eta, &coef))
			return refuse(k, leaf, "one ETA for each occasion, and nothing else, inside the IF",
				      "chooses by an IF what is more than an ETA");
		if (coef == 0)
			continue;
		if (out->n_occ >= LULL_NM_MAX_OCCASIONS)
			return refuse(k, leaf, NULL, "has more than 12 occasions");
		out->occ[out->n_occ++] = (struct occ){ cases.column, eta, i < cases.n ? cases.level[i] : free_level, p * coef };
	}
	return true;
}

/* ------------------------------------------------------------------ the two sides of exp */

/* *out x= e^p */
static bool sum_factor(struct taking *k, const struct nm_expr *e, double p, struct form *out)
{
	struct line l;

	if (e->has & NM_HAS_ETA)
		return refuse(k, e, "write TV * EXP(ETA(1)), or TV + ETA(1) alone", "has an ETA inside a sum inside a product");
	if (!is_linear(k->nm, e, &l) || l.column < 0)
		return refuse(k, e, "one covariate a factor: (1 + THETA(2)*(AGE - 40))",
			      "has a sum that is not linear in one covariate");
	const double at_reference = l.a + l.b * l.reference;
	if (p != 1 || at_reference == 0 || !lull_is_finite(l.b / at_reference))
		return refuse(k, e, NULL, p != 1 ? "divides by a sum with a covariate, or raises it to a power" :
						   "has a linear effect whose value at the reference is 0");
	out->c *= at_reference;
	return add_effect(k, e, (struct lull_nm_effect){ .kind = LULL_NM_LINEAR, .covariate = l.column,
		.reference = l.reference, .value = l.b / at_reference }, out);
}

/* a / b; of THETA(1)*WT/70 the 70 is WT's reference, whatever Fortran's order. */
static bool quotient(struct taking *k, const struct nm_expr *e, double p, struct form *out)
{
	const int n_before = out->n_effects;
	const struct nm_expr *b = BARE(e->b);

	if (!factor(k, e->a, p, out))
		return false;
	struct lull_nm_effect *last = out->n_effects == n_before + 1 ? &out->effect[n_before] : NULL;
	if (last && last->kind == LULL_NM_POWER && last->reference == 1 && last->value == p && b->op == NM_NUM && b->num > 0) {
		last->reference = b->num;
		return true;
	}
	return factor(k, e->b, -p, out);
}

static bool factor(struct taking *k, const struct nm_expr *e, double p, struct form *out)
{
	int column;
	double reference;

	e = BARE(e);
	if (k->failed || !lull_nm__step(k->nm, 1))
		return false;
	if (lull_nm__is_const(e))
		return scale(k, e, lull_nm__const(k->nm, e), p, out);
	if (is_ratio(k->nm, e, &column, &reference))
		return add_effect(k, e, (struct lull_nm_effect){ .kind = LULL_NM_POWER, .covariate = column,
			.reference = reference, .value = p }, out);
	switch (e->op) {
	case NM_MUL:
		return factor(k, e->a, p, out) && factor(k, e->b, p, out);
	case NM_DIV:
		return quotient(k, e, p, out);
	case NM_NEG:
		out->c = -out->c;
		return p == 1 || p == -1 ? factor(k, e->a, p, out) : refuse(k, e, NULL, "raises a negative number to a power");
	case NM_POW:
		if (lull_nm__is_const(e->b))
			return factor(k, e->a, p * lull_nm__const(k->nm, e->b), out);
		if (lull_nm__is_const(e->a) && lull_nm__const(k->nm, e->a) > 0)
			return exponent(k, e->b, p * lull_log(lull_nm__const(k->nm, e->a)), out);
		break;
	case NM_SQRT:
		return factor(k, e->a, p * 0.5, out);
	case NM_EXP:
		return exponent(k, e->a, p, out);
	case NM_IF:
		return category(k, e, p, false, out);
	case NM_ADD: case NM_SUB:
		if (!(e->has & NM_HAS_IF))
			return sum_factor(k, e, p, out);
		break;
	case NM_SYM: case NM_F: case NM_AMOUNT: case NM_EPS:
		return refuse_symbol(k, e);
	default:
		break;
	}
	const struct nm_expr *lifted = lull_nm__lift(k->nm, e);
	if (lifted->op == NM_IF)
		return category(k, lifted, p, false, out);
	if (e->op == NM_ETA)
		return refuse(k, e, "write EXP(ETA(n))", "is multiplied by a bare ETA");
	return refuse(k, e, NULL, "has a term that is no such factor");
}

/* *out x= exp(p e) */
static bool exponent(struct taking *k, const struct nm_expr *e, double p, struct form *out)
{
	struct line l;

	e = BARE(e);
	if (k->failed || !lull_nm__step(k->nm, 1))
		return false;
	if (is_linear(k->nm, e, &l)) {
		const double c = lull_exp(p * (l.a + l.b * l.reference));
		if (!lull_is_finite(c))
			return refuse(k, e, NULL, "is not a finite number at the initial estimates");
		out->c *= c;
		return l.column < 0 || l.b == 0 ||
		       add_effect(k, e, (struct lull_nm_effect){ .kind = LULL_NM_EXPONENTIAL, .covariate = l.column,
			       .reference = l.reference, .value = p * l.b }, out);
	}
	switch (e->op) {
	case NM_ETA:
		return add_use(k, e, e->index, p, out);
	case NM_ADD:
		return exponent(k, e->a, p, out) && exponent(k, e->b, p, out);
	case NM_SUB:
		return exponent(k, e->a, p, out) && exponent(k, e->b, -p, out);
	case NM_NEG:
		return exponent(k, e->a, -p, out);
	case NM_MUL:
		if (lull_nm__is_const(e->a))
			return exponent(k, e->b, p * lull_nm__const(k->nm, e->a), out);
		if (lull_nm__is_const(e->b))
			return exponent(k, e->a, p * lull_nm__const(k->nm, e->b), out);
		break;
	case NM_DIV:
		if (lull_nm__is_const(e->b))
			return exponent(k, e->a, p / lull_nm__const(k->nm, e->b), out);
		break;
	case NM_LOG:
		return factor(k, e->a, p, out);
	case NM_IF:
		return e->has & NM_HAS_ETA ? occasions(k, e, p, out) : category(k, e, p, true, out);
	case NM_SYM: case NM_F: case NM_AMOUNT: case NM_EPS:
		return refuse_symbol(k, e);
	default:
		break;
	}
	const struct nm_expr *lifted = lull_nm__lift(k->nm, e);
	if (lifted->op == NM_IF)
		return lifted->has & NM_HAS_ETA ? occasions(k, lifted, p, out) : category(k, lifted, p, true, out);
	return refuse(k, e, "write a sum of ETAs, THETA*LOG(WT/70), THETA*(AGE - 40)", "has an exponent that is no such sum");
}

/* ------------------------------------------------------------------ the four distributions */

struct terms {
	const struct nm_expr *e[32];
	double sign[32];
	int n;
};

static bool sum_terms(const struct nm_expr *e, double sign, struct terms *out)
{
	e = BARE(e);
	if (e->op == NM_ADD || e->op == NM_SUB)
		return sum_terms(e->a, sign, out) && sum_terms(e->b, e->op == NM_ADD ? sign : -sign, out);
	if (e->op == NM_NEG)
		return sum_terms(e->a, -sign, out);
	if (out->n >= 32)
		return false;
	out->sign[out->n] = sign;
	out->e[out->n++] = e;
	return true;
}

/* ETAs (between people and occasions) and nothing else: as the exponent of a form. */
static bool only_etas(struct taking *k, const struct nm_expr *e, double sign, struct form *out)
{
	struct taking quiet = { .nm = k->nm, .name = k->name, .quiet = true };
	struct form part = { .c = 1 };

	return exponent(&quiet, e, sign, &part) && part.c == 1 && !part.n_effects && (part.n_uses || part.n_occ) &&
	       multiply(k, e, &part, out);
}

/* x of x / (1 + x), or of 1 / (1 + 1/x) with 1/x = exp(-L). */
static const struct nm_expr *odds_of(struct nm *nm, const struct nm_expr *e)
{
	e = BARE(e);
	if (e->op != NM_DIV || BARE(e->b)->op != NM_ADD)
		return NULL;
	const struct nm_expr *top = BARE(e->a), *p = BARE(BARE(e->b)->a), *q = BARE(BARE(e->b)->b);
	const struct nm_expr *other = p->op == NM_NUM && p->num == 1 ? q : q->op == NM_NUM && q->num == 1 ? p : NULL;
	if (!other)
		return NULL;
	if (lull_nm__same(nm, top, other))
		return top;
	if (top->op == NM_NUM && top->num == 1 && other->op == NM_EXP)
		return lull_nm__make(nm, NM_EXP, lull_nm__make(nm, NM_NEG, other->a, NULL, NULL, other), NULL, NULL, other);
	return NULL;
}

/* log(x / (1 - x)), log(x) - log(1 - x): the x, where the terms without ETA are that. */
static const struct nm_expr *logit_argument(struct nm *nm, const struct terms *t, const bool *is_eta_term)
{
	const struct nm_expr *plus = NULL, *minus = NULL;
	int n = 0;

	for (int i = 0; i < t->n; i++) {
		if (is_eta_term[i])
			continue;
		n++;
		if (t->e[i]->op == NM_LOG && t->sign[i] > 0)
			plus = BARE(t->e[i]->a);
		else if (t->e[i]->op == NM_LOG)
			minus = BARE(t->e[i]->a);
	}
	const struct nm_expr *x = plus, *rest = minus;
	if (n == 1 && plus && plus->op == NM_DIV) {
		x = BARE(plus->a);
		rest = BARE(plus->b);
	} else if (n != 2)
		return NULL;
	const bool fits = x && rest && rest->op == NM_SUB && BARE(rest->a)->op == NM_NUM && BARE(rest->a)->num == 1 &&
			  lull_nm__same(nm, rest->b, x);
	return fits ? x : NULL;
}

static bool logit(struct taking *k, const struct nm_expr *odds, struct form *out)
{
	struct terms t = { .n = 0 };
	bool is_eta_term[32] = { false };
	struct form typical = { .c = 1 };

	if (odds->op == NM_EXP && sum_terms(odds->a, 1, &t)) {
		for (int i = 0; i < t.n; i++)
			is_eta_term[i] = t.e[i]->has & NM_HAS_ETA && only_etas(k, t.e[i], t.sign[i], out);
		const struct nm_expr *x = logit_argument(k->nm, &t, is_eta_term);
		if (x) {
			const struct form deviations = *out;
			if (!factor(k, x, 1, &typical))
				return false;
			*out = typical;
			return multiply(k, odds, &deviations, out);
		}
		*out = (struct form){ .c = 1 };
	}
	if (!factor(k, odds, 1, out))
		return false;
	if (out->n_effects)
		return refuse(k, odds, "put the covariates on the fraction: LOG(TVF/(1-TVF)) + ETA(1)",
			      "has covariates inside its logit");
	out->c = out->c / (1 + out->c);
	return true;
}

/* TV + ETA, x + x * ETA: true where the sum is of that kind; then *dist and *out. */
static bool additive(struct taking *k, const struct nm_expr *e, enum lull_nm_dist *dist, struct form *out)
{
	struct terms t = { .n = 0 };
	struct form deviations = { .c = 1 };
	const struct nm_expr *rest = NULL;

	if (!sum_terms(e, 1, &t))
		return refuse(k, e, NULL, "is a sum of more than 32 terms");
	for (int i = 0; i < t.n; i++) {
		if (t.e[i]->has & NM_HAS_ETA) {
			const struct nm_expr *m = t.e[i];
			const bool product = m->op == NM_MUL && rest;
			if (only_etas(k, m, t.sign[i], &deviations)) {
				*dist = LULL_NM_NORMAL;
			} else if (product && t.n == 2 && lull_nm__same(k->nm, m->a, rest) && only_etas(k, m->b, t.sign[i], &deviations)) {
				*dist = LULL_NM_PROPORTIONAL;
			} else if (product && t.n == 2 && lull_nm__same(k->nm, m->b, rest) && only_etas(k, m->a, t.sign[i], &deviations)) {
				*dist = LULL_NM_PROPORTIONAL;
			} else
				return refuse(k, m, "write TV * EXP(ETA(1)) or TV + ETA(1)", "has a sum with more than ETAs in it");
			continue;
		}
		const struct nm_expr *term = t.sign[i] < 0 ? lull_nm__make(k->nm, NM_NEG, t.e[i], NULL, NULL, e) : t.e[i];
		rest = rest ? lull_nm__make(k->nm, NM_ADD, rest, term, NULL, e) : term;
	}
	if (!rest)
		return refuse(k, e, NULL, "has no typical value");
	return factor(k, rest, 1, out) && multiply(k, e, &deviations, out);
}

/* TV * (1 + ETA): the (1 + ETA) taken out of the product. */
static const struct nm_expr *take_one_plus(struct taking *k, const struct nm_expr *whole, struct form *deviations)
{
	struct terms t = { .n = 0 };
	const struct nm_expr *e = BARE(whole);

	if (e->op == NM_MUL && lull_nm__step(k->nm, 1)) {
		const struct nm_expr *a = take_one_plus(k, e->a, deviations);
		const struct nm_expr *b = take_one_plus(k, e->b, deviations);
		return a == e->a && b == e->b ? whole : lull_nm__make(k->nm, NM_MUL, a, b, NULL, e);
	}
	if ((e->op != NM_ADD && e->op != NM_SUB) || !(e->has & NM_HAS_ETA) || deviations->n_uses || deviations->n_occ ||
	    !sum_terms(e, 1, &t))
		return whole;
	struct form part = { .c = 1 };
	double one = 0;
	for (int i = 0; i < t.n; i++) {
		if (lull_nm__is_const(t.e[i]))
			one += t.sign[i] * lull_nm__const(k->nm, t.e[i]);
		else if (!only_etas(k, t.e[i], t.sign[i], &part))
			return whole;
	}
	if (one != 1)
		return whole;
	*deviations = part;
	const struct nm_token at = { .line = e->line, .col = e->col };
	return lull_nm__num(k->nm, 1, &at);
}

static bool take(struct taking *k, const struct nm_expr *e, enum lull_nm_dist *dist, struct form *out)
{
	*out = (struct form){ .c = 1 };
	*dist = LULL_NM_LOG;
	e = BARE(e);
	const struct nm_expr *odds = e->has & NM_HAS_ETA ? odds_of(k->nm, e) : NULL;
	if (odds) {
		*dist = LULL_NM_LOGIT;
		return logit(k, odds, out);
	}
	if ((e->op == NM_ADD || e->op == NM_SUB) && e->has & NM_HAS_ETA)
		return additive(k, e, dist, out);
	struct form deviations = { .c = 1 };
	const struct nm_expr *rest = e->has & NM_HAS_ETA ? take_one_plus(k, e, &deviations) : e;
	if (rest != e) {
		*dist = LULL_NM_PROPORTIONAL;
		if (!factor(k, rest, 1, out))
			return false;
		if (out->n_uses || out->n_occ)
			return refuse(k, e, NULL, "has both (1 + ETA) and exp(ETA)");
		return multiply(k, e, &deviations, out);
	}
	if (!factor(k, e, 1, out))
		return false;
	if (!out->n_uses && !out->n_occ)
		*dist = LULL_NM_FIXED;
	return true;
}

/* ------------------------------------------------------------------ checked, and handed over */

static double value_of(const struct lull_nm_param *p, const double *columns, const double *etas)
{
	double x = p->typical, dev = 0;

	for (int i = 0; i < p->n_effects; i++) {
		const struct lull_nm_effect *e = &p->effect[i];
		const double c = columns[e->covariate];
		if (e->kind == LULL_NM_POWER)
			x *= lull_exp(e->value * lull_log(c / e->reference));
		else if (e->kind == LULL_NM_EXPONENTIAL)
			x *= lull_exp(e->value * (c - e->reference));
		else if (e->kind == LULL_NM_LINEAR)
			x *= 1 + e->value * (c - e->reference);
		else
			for (int j = 0; j < e->n_levels; j++)
				x *= c == e->level[j] ? e->factor[j] : 1;
	}
	for (int i = 0; i < p->n_uses; i++)
		dev += p->use[i].coef * etas[p->use[i].eta];
	for (int i = 0; p->has_iov && i < p->iov.n; i++)
		if (columns[p->iov.column] == p->iov.occasion[i])
			dev += p->iov.coef * etas[p->iov.eta[i]];
	switch (p->dist) {
	case LULL_NM_NORMAL: return x + dev;
	case LULL_NM_PROPORTIONAL: return x * (1 + dev);
	case LULL_NM_LOGIT: return 1 / (1 + (1 - x) / x * lull_exp(-dev));
	default: return x * lull_exp(dev);
	}
}

/* A spread of values for a column: near an effect's reference, at its levels, at an occasion. */
static double column_value(const struct lull_nm_param *p, int column, int i_point)
{
	for (int i = 0; i < p->n_effects; i++) {
		const struct lull_nm_effect *e = &p->effect[i];
		if (e->covariate != column || e->kind != LULL_NM_CATEGORY)
			continue;
		const int k = i_point % (e->n_levels + 1);
		if (k < e->n_levels)
			return e->level[k];
		return e->base_level == e->base_level ? e->base_level : e->level[0] + 1000;
	}
	if (p->has_iov && p->iov.column == column)
		return p->iov.occasion[i_point % p->iov.n];
	for (int i = 0; i < p->n_effects; i++)
		if (p->effect[i].covariate == column)
			return (p->effect[i].reference != 0 ? p->effect[i].reference : 10) * (0.7 + 0.1 * (double)(i_point % 7));
	return 1;
}

/* The expression and what was made of it give the same numbers. */
static bool agrees(struct taking *k, const struct nm_expr *e, const struct lull_nm_param *p)
{
	enum { N_POINTS = 42 };
	struct nm *nm = k->nm;
	double thetas[LULL_NM_MAX_THETAS], etas[LULL_NM_MAX_ETAS], columns[LULL_NM_MAX_COLUMNS];
	int n_good = 0;

	for (size_t i = 0; i < nm->n_thetas; i++)
		thetas[i] = nm->thetas[i].init;
	for (int point = 0; point < N_POINTS; point++) {
		for (size_t i = 0; i < nm->n_etas; i++) {
			const double u = 0.6180339887498949 * (double)((size_t)(point + 1) * (i + 1));
			etas[i] = 0.5 * (u - lull_floor(u)) - 0.25;
		}
		for (size_t i = 0; i < nm->n_columns; i++)
			columns[i] = column_value(p, (int)i, point + (int)i * 3);
		const struct nm_at at = { .thetas = thetas, .etas = etas, .columns = columns };
		const double want = lull_nm__eval(nm, e, &at), got = value_of(p, columns, etas);
		if (!lull_is_finite(want))
			continue;
		const double gap = want > got ? want - got : got - want, size = want < 0 ? -want : want;
		if (!(gap <= 1e-9 * size + 1e-300))
			return refuse(k, e, "write it plainer", "could not be taken apart: the parts do not give the same number");
		n_good++;
	}
	return n_good >= N_POINTS / 2 || refuse(k, e, NULL, "is not a finite number at most covariate values tried");
}

/* Occasions' ETAs must be one deviation, drawn anew. */
static bool occasions_of(struct taking *k, const struct nm_expr *e, const struct form *f, struct lull_nm_param *out)
{
	struct nm *nm = k->nm;

	out->has_iov = f->n_occ > 0;
	for (int i = 0; i < f->n_occ; i++) {
		const struct occ *o = &f->occ[i], *first = &f->occ[0];
		const size_t a = (size_t)o->eta, b = (size_t)first->eta;
		const bool is_same = o->eta == first->eta || (nm->eta_group[a] >= 0 && nm->eta_group[a] == nm->eta_group[b]) ||
				     nm->omega[a * LULL_NM_MAX_ETAS + a] == nm->omega[b * LULL_NM_MAX_ETAS + b];
		if (!is_same || o->column != first->column || o->coef != first->coef)
			return refuse(k, e, "repeat the occasion's block by $OMEGA BLOCK(1) SAME",
				      "chooses between ETAs that are not one deviation drawn anew");
		out->iov.occasion[i] = o->occasion;
		out->iov.eta[i] = o->eta;
		out->iov.column = o->column;
		out->iov.coef = o->coef;
		out->iov.n = i + 1;
	}
	return true;
}

/* The THETA of the lowest number: the typical value before its covariates, as people number them. */
static const struct nm_expr *lowest_theta(struct nm *nm, const struct nm_expr *e)
{
	if (!e || !lull_nm__step(nm, 1))
		return NULL;
	if (e->op == NM_TH)
		return e;
	const struct nm_expr *a = lowest_theta(nm, e->a), *b = lowest_theta(nm, e->b);
	return !a || (b && b->index < a->index) ? b : a;
}

bool lull_nm__param(struct nm *nm, const char *name, const struct nm_expr *e, struct lull_nm_param *out)
{
	struct taking k = { .nm = nm, .name = name };
	struct form f;

	*out = (struct lull_nm_param){ .name = name, .line = e->line, .col = e->col };
	if (!take(&k, e, &out->dist, &f) || nm->is_over || nm->out_of_memory)
		return false;
	out->typical = f.c;
	memcpy(out->effect, f.effect, sizeof f.effect);
	out->n_effects = f.n_effects;
	for (int i = 0; i < f.n_uses; i++)
		if (f.use[i].coef != 0)
			out->use[out->n_uses++] = f.use[i];
	if (!occasions_of(&k, e, &f, out))
		return false;
	if (out->dist != LULL_NM_NORMAL && out->dist != LULL_NM_FIXED && !(f.c > 0))
		return refuse(&k, e, NULL, "is not above 0 at the initial estimates");
	if (f.c < 0 || (out->dist == LULL_NM_LOGIT && f.c >= 1))
		return refuse(&k, e, NULL, "is outside its range at the initial estimates");
	const struct nm_expr *theta = lowest_theta(nm, e);
	out->label = theta ? nm->thetas[theta->index].label : NULL;
	return agrees(&k, e, out);
}

bool lull_nm__proportional(struct nm *nm, const struct nm_expr *a, const struct nm_expr *b, double *factor_out)
{
	struct taking k = { .nm = nm, .name = "", .quiet = true };
	struct form x = { .c = 1 }, y = { .c = 1 };

	if (!factor(&k, a, 1, &x) || !factor(&k, b, 1, &y) || !same_shape(&x, &y) || y.c == 0)
		return false;
	*factor_out = x.c / y.c;
	return true;
}
