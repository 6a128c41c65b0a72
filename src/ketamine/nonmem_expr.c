/* Expressions of abbreviated code: made with the plainest simplifications, compared, evaluated. */
#include "nonmem_own.h"

#include <string.h>

#include "lull/num/math.h"

static const struct nm_expr exhausted = { .op = NM_SYM, .name = "", .why = "memory or a ceiling ended", .size = 1,
					  .has = NM_HAS_SYM };

static struct nm_expr *fresh(struct nm *nm, enum nm_op op, int line, int col)
{
	struct nm_expr *e = LULL_ARENA_NEW(nm->arena, struct nm_expr, 1);

	if (!e) {
		(void)lull_nm__nomem(nm);
		return NULL;
	}
	*e = (struct nm_expr){ .op = op, .line = line, .col = col, .size = 1, .depth = 1 };
	return e;
}

static const struct nm_expr *num_at(struct nm *nm, double x, int line, int col)
{
	struct nm_expr *e = fresh(nm, NM_NUM, line, col);

	if (!e)
		return &exhausted;
	e->num = x;
	return e;
}

const struct nm_expr *lull_nm__num(struct nm *nm, double x, const struct nm_token *at)
{
	return num_at(nm, x, at->line, at->col);
}

const struct nm_expr *lull_nm__leaf(struct nm *nm, enum nm_op op, int index, const char *name, const char *why,
				    const struct nm_token *at)
{
	struct nm_expr *e = fresh(nm, op, at->line, at->col);

	if (!e)
		return &exhausted;
	e->index = index;
	e->name = name;
	e->why = why;
	e->has = op == NM_ETA ? NM_HAS_ETA : op == NM_COV ? NM_HAS_COV : op == NM_SYM ? NM_HAS_SYM :
		 op == NM_EPS ? NM_HAS_EPS : op == NM_F ? NM_HAS_F : op == NM_AMOUNT ? NM_HAS_AMOUNT : 0;
	return e;
}

const struct nm_expr *lull_nm__named(struct nm *nm, const char *name, const struct nm_expr *a, int line, int col)
{
	struct nm_expr *e = fresh(nm, NM_NAMED, line, col);

	if (!e)
		return &exhausted;
	e->name = name;
	e->a = a;
	e->size = a->size + 1;
	e->depth = a->depth + 1;
	e->has = a->has;
	return e;
}

const struct nm_expr *lull_nm__bare(const struct nm_expr *e)
{
	while (e->op == NM_NAMED)
		e = e->a;
	return e;
}

bool lull_nm__is_const(const struct nm_expr *e) { return !e->has; }

static bool is_num(const struct nm_expr *e, double x)
{
	e = lull_nm__bare(e);
	return e->op == NM_NUM && e->num == x;
}

/* x * 1, x + 0, x ** 1, exp(log(x)) and numbers among themselves; NULL where nothing is simpler. */
static const struct nm_expr *simpler(struct nm *nm, enum nm_op op, const struct nm_expr *a, const struct nm_expr *b,
				     const struct nm_expr *at)
{
	const struct nm_expr *x = lull_nm__bare(a), *y = b ? lull_nm__bare(b) : NULL;

	if (x->op == NM_NUM && (!y || y->op == NM_NUM) && op >= NM_ADD && op <= NM_ABS) {
		const struct nm_expr whole = { .op = op, .a = x, .b = y };
		const struct nm_at nothing = { 0 };
		return num_at(nm, lull_nm__eval(nm, &whole, &nothing), at->line, at->col);
	}
	switch (op) {
	case NM_ADD:
		return is_num(a, 0) ? b : is_num(b, 0) ? a : NULL;
	case NM_SUB:
		return is_num(b, 0) ? a : NULL;
	case NM_MUL:
		if (is_num(a, 0) || is_num(b, 0))
			return num_at(nm, 0, at->line, at->col);
		return is_num(a, 1) ? b : is_num(b, 1) ? a : NULL;
	case NM_DIV:
		return is_num(b, 1) ? a : is_num(a, 0) ? num_at(nm, 0, at->line, at->col) : NULL;
	case NM_POW:
		if (is_num(b, 0) || is_num(a, 1))
			return num_at(nm, 1, at->line, at->col);
		return is_num(b, 1) ? a : NULL;
	case NM_NEG:
		return x->op == NM_NEG ? x->a : NULL;
	case NM_EXP:
		return x->op == NM_LOG ? x->a : NULL;
	case NM_LOG:
		return x->op == NM_EXP ? x->a : NULL;
	default:
		return NULL;
	}
}

const struct nm_expr *lull_nm__make(struct nm *nm, enum nm_op op, const struct nm_expr *a, const struct nm_expr *b,
				    const struct nm_expr *c, const struct nm_expr *at)
{
	const int size = 1 + a->size + (b ? b->size : 0) + (c ? c->size : 0);
	int depth = a->depth;

	depth = b && b->depth > depth ? b->depth : depth;
	depth = c && c->depth > depth ? c->depth : depth;
	if (nm->is_over || nm->out_of_memory)
		return &exhausted;
	if (size > NM_MAX_SIZE || depth >= NM_MAX_DEPTH) {
		lull_nm__say(nm, LULL_ERROR, at->line, at->col, "shorter code", NULL,
			     "an expression that grew to more than %d terms or %d levels", NM_MAX_SIZE, NM_MAX_DEPTH);
		nm->is_over = true;
		return &exhausted;
	}
	const struct nm_expr *short_form = c ? NULL : simpler(nm, op, a, b, at);
	if (short_form)
		return short_form;
	struct nm_expr *e = fresh(nm, op, at->line, at->col);
	if (!e)
		return &exhausted;
	e->a = a;
	e->b = b;
	e->c = c;
	e->size = size;
	e->depth = depth + 1;
	e->has = a->has | (b ? b->has : 0) | (c ? c->has : 0) | (op == NM_IF ? NM_HAS_IF : 0);
	return e;
}

bool lull_nm__same(struct nm *nm, const struct nm_expr *a, const struct nm_expr *b)
{
	if (!a || !b)
		return a == b;
	a = lull_nm__bare(a);
	b = lull_nm__bare(b);
	if (a == b)
		return true;
	if (!lull_nm__step(nm, 1) || a->op != b->op || a->has != b->has)
		return false;
	if (a->op == NM_NUM)
		return a->num == b->num;
	if (a->op <= NM_AMOUNT)
		return a->index == b->index;
	if (a->op == NM_SYM)
		return false;
	return lull_nm__same(nm, a->a, b->a) && lull_nm__same(nm, a->b, b->b) && lull_nm__same(nm, a->c, b->c);
}

const struct nm_expr *lull_nm__lift(struct nm *nm, const struct nm_expr *e)
{
	e = lull_nm__bare(e);
	if (e->op == NM_IF || !(e->has & NM_HAS_IF) || !lull_nm__step(nm, e->size))
		return e;
	const bool in_a = e->a->has & NM_HAS_IF;
	const struct nm_expr *part = lull_nm__lift(nm, in_a ? e->a : e->b ? e->b : e->a);
	if (part->op != NM_IF) /* a condition inside a condition */
		return e;
	const struct nm_expr *yes = in_a ? lull_nm__make(nm, e->op, part->a, e->b, e->c, e) :
					   lull_nm__make(nm, e->op, e->a, part->a, e->c, e);
	const struct nm_expr *no = in_a ? lull_nm__make(nm, e->op, part->b, e->b, e->c, e) :
					  lull_nm__make(nm, e->op, e->a, part->b, e->c, e);
	return lull_nm__make(nm, NM_IF, yes, no, part->c, part);
}

double lull_nm__eval(struct nm *nm, const struct nm_expr *e, const struct nm_at *at)
{
	const double nan = (double)__builtin_nanf("");

	if (!lull_nm__step(nm, 1))
		return nan;
	const double a = e->a && e->op != NM_IF ? lull_nm__eval(nm, e->a, at) : 0;
	const double b = e->b && e->op != NM_IF ? lull_nm__eval(nm, e->b, at) : 0;
	/* what is not known is neither true nor false */
	if (e->op >= NM_EQ && e->op <= NM_NOT && (a != a || b != b))
		return nan;
	switch (e->op) {
	case NM_NUM: return e->num;
	case NM_TH: return at->thetas ? at->thetas[e->index] : nan;
	case NM_ETA: return at->etas ? at->etas[e->index] : nan;
	case NM_EPS: return at->eps ? at->eps[e->index] : nan;
	case NM_COV: return at->columns ? at->columns[e->index] : nan;
	case NM_F: return e->index ? at->f * nm->over_ratio : at->f;
	case NM_AMOUNT: case NM_SYM: return nan;
	case NM_NAMED: return a;
	case NM_ADD: return a + b;
	case NM_SUB: return a - b;
	case NM_MUL: return a * b;
	case NM_DIV: return a / b;
	case NM_POW:
		/* Fortran raises a negative number to a whole power, as pow does */
		return lull_pow(a, b);
	case NM_NEG: return -a;
	case NM_EXP: return lull_exp(a);
	case NM_LOG: return a > 0 ? lull_log(a) : nan;
	case NM_SQRT: return a >= 0 ? lull_sqrt(a) : nan;
	case NM_ABS: return a < 0 ? -a : a;
	case NM_EQ: return a == b;
	case NM_NE: return a != b;
	case NM_LT: return a < b;
	case NM_LE: return a <= b;
	case NM_GT: return a > b;
	case NM_GE: return a >= b;
	case NM_AND: return a != 0 && b != 0;
	case NM_OR: return a != 0 || b != 0;
	case NM_NOT: return a == 0;
	case NM_IF: {
		const double c = lull_nm__eval(nm, e->c, at);
		if (c != c)
			return nan;
		return lull_nm__eval(nm, c != 0 ? e->a : e->b, at);
	}
	}
	return nan;
}

double lull_nm__const(struct nm *nm, const struct nm_expr *e)
{
	double thetas[LULL_NM_MAX_THETAS];

	for (size_t i = 0; i < nm->n_thetas; i++)
		thetas[i] = nm->thetas[i].init;
	const struct nm_at at = { .thetas = thetas };
	return lull_nm__eval(nm, e, &at);
}
