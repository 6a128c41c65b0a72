/* Abbreviated code ($PK, $ERROR) run on expressions instead of numbers.
 *
 * An IF leaves both answers behind, as one expression with its condition. What the code
 * uses but a linear population model has no place for stays as a named hole: it is an
 * error only where a parameter needs it. */
#include "nonmem_own.h"

#include <string.h>

struct run {
	struct nm *nm;
	const struct nm_token *t;
	bool is_error; /* $ERROR */
	bool failed;
	int depth;
};

static bool is_op(const struct nm_token *t, int op) { return t->kind == NM_T_OP && t->op == op; }
static bool is_word(const struct nm_token *t, const char *name)
{
	return t->kind == NM_T_NAME && strcmp(t->name, name) == 0;
}

static void stop(struct run *r, const struct nm_token *at, const char *expected, const char *hint, const char *found)
{
	if (!r->failed)
		lull_nm__say(r->nm, LULL_ERROR, at->line, at->col, expected, hint, "%s", found);
	r->failed = true;
}

static const char *found_at(const struct nm_token *t)
{
	switch (t->kind) {
	case NM_T_NAME: return t->name;
	case NM_T_NUMBER: return "a number";
	case NM_T_LINE: case NM_T_END: return "the end of the line";
	case NM_T_VERBATIM: return "verbatim code";
	default: return "this sign";
	}
}

static struct nm_var *find(const struct nm_env *env, const char *name)
{
	for (size_t i = 0; i < env->n; i++)
		if (strcmp(env->vars[i].name, name) == 0)
			return &env->vars[i];
	return NULL;
}

const struct nm_var *lull_nm__var(const struct nm *nm, const char *name) { return find(&nm->env, name); }

/* ------------------------------------------------------------------ expressions */

static const struct nm_expr *expression(struct run *r);

/* "(3)" behind THETA, ETA, EPS, ERR, A: the index from 0, or -1 with the error said. */
static int index_behind(struct run *r, const struct nm_token *name, size_t n_have, const char *of_what)
{
	if (!is_op(r->t, NM_O_OPEN) || r->t[1].kind != NM_T_NUMBER || !is_op(r->t + 2, NM_O_CLOSE)) {
		stop(r, name, "its number in parentheses, such as THETA(1)", "write numbers instead of labels", name->name);
		return -1;
	}
	const double k = r->t[1].number;
	r->t += 3;
	if (!(k >= 1 && k <= (double)n_have && k == (double)(int)k)) {
		lull_nm__say(r->nm, LULL_ERROR, name->line, name->col, of_what, NULL, "%s(%.17g)", name->name, k);
		r->failed = true;
		return -1;
	}
	return (int)k - 1;
}

static const struct nm_expr *hole(struct run *r, const struct nm_token *at, const char *why)
{
	return lull_nm__leaf(r->nm, NM_SYM, 0, at->name ? at->name : "", why, at);
}

static const struct nm_expr *indexed(struct run *r, const struct nm_token *name)
{
	struct nm *nm = r->nm;
	int k;

	if (is_word(name, "THETA")) {
		k = index_behind(r, name, nm->n_thetas, "a THETA that has a $THETA");
		return k < 0 ? NULL : lull_nm__leaf(nm, NM_TH, k, NULL, NULL, name);
	}
	if (is_word(name, "ETA")) {
		k = index_behind(r, name, nm->n_etas, "an ETA that has an $OMEGA");
		return k < 0 ? NULL : lull_nm__leaf(nm, NM_ETA, k, NULL, NULL, name);
	}
	if (is_word(name, "A")) {
		k = index_behind(r, name, 20, "the number of a compartment");
		return k < 0 ? NULL : lull_nm__leaf(nm, NM_AMOUNT, k, NULL, NULL, name);
	}
	k = index_behind(r, name, nm->n_eps, "an EPS that has a $SIGMA");
	return k < 0 ? NULL : lull_nm__leaf(nm, NM_EPS, k, NULL, NULL, name);
}

/* EXP( ... ) and its like; those that have no place in a log-linear model are holes. */
static const struct nm_expr *function(struct run *r, const struct nm_token *name)
{
	static const struct { const char *name; enum nm_op op; } known[] = {
		{ "EXP", NM_EXP }, { "DEXP", NM_EXP }, { "PEXP", NM_EXP }, { "LOG", NM_LOG }, { "DLOG", NM_LOG }, { "ALOG", NM_LOG },
		{ "PLOG", NM_LOG }, { "SQRT", NM_SQRT }, { "DSQRT", NM_SQRT }, { "PSQRT", NM_SQRT }, { "ABS", NM_ABS },
		{ "DABS", NM_ABS },
	};
	const struct nm_expr *first = NULL;

	r->t++; /* ( */
	for (;;) {
		const struct nm_expr *e = expression(r);
		if (!e)
			return NULL;
		first = first ? first : e;
		if (!is_op(r->t, NM_O_COMMA))
			break;
		r->t++;
	}
	if (!is_op(r->t, NM_O_CLOSE)) {
		stop(r, r->t, ")", NULL, found_at(r->t));
		return NULL;
	}
	r->t++;
	const struct nm_expr at = { .line = name->line, .col = name->col };
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (is_word(name, known[i].name))
			return lull_nm__make(r->nm, known[i].op, first, NULL, NULL, &at);
	if (is_word(name, "LOG10") || is_word(name, "DLOG10")) {
		const struct nm_expr *ln = lull_nm__make(r->nm, NM_LOG, first, NULL, NULL, &at);
		return lull_nm__make(r->nm, NM_DIV, ln, lull_nm__num(r->nm, 0x1.26bb1bbb55516p+1, name), NULL, &at); /* ln 10 */
	}
	return hole(r, name, "is a function that a log-linear model has no place for");
}

static const struct nm_expr *variable(struct run *r, const struct nm_token *name)
{
	static const char *const of_the_call[] = { "NEWIND", "ICALL", "NEWL2", "DOSTIM", "DOSREC", "TSTATE", "IREP", "NIREP", "T",
						   "LOGTWOPI", "MIXNUM", "MIXEST", "CALLFL", "NDREC", "NIREC", "LIREC" };
	struct nm *nm = r->nm;
	const struct nm_var *var = find(&nm->env, name->name);

	if (var)
		return lull_nm__named(nm, var->name, var->value, name->line, name->col);
	if (r->is_error && is_word(name, "F"))
		return lull_nm__leaf(nm, NM_F, 0, NULL, NULL, name);
	for (size_t i = 0; i < nm->n_columns; i++)
		if (nm->columns[i] && is_word(name, nm->columns[i]))
			return nm->is_reserved[i] ? hole(r, name, "is a column of the record, not of the person") :
						    lull_nm__leaf(nm, NM_COV, (int)i, nm->columns[i], NULL, name);
	for (size_t i = 0; i < sizeof of_the_call / sizeof of_the_call[0]; i++)
		if (is_word(name, of_the_call[i]))
			return hole(r, name, "is known only while NONMEM runs");
	return hole(r, name, "has no value here: it is neither assigned before nor a column of $INPUT");
}

static const struct nm_expr *primary(struct run *r)
{
	const struct nm_token *t = r->t;

	if (t->kind == NM_T_NUMBER) {
		r->t++;
		return lull_nm__num(r->nm, t->number, t);
	}
	if (is_op(t, NM_O_OPEN)) {
		r->t++;
		const struct nm_expr *e = expression(r);
		if (!e)
			return NULL;
		if (!is_op(r->t, NM_O_CLOSE)) {
			stop(r, r->t, ")", NULL, found_at(r->t));
			return NULL;
		}
		r->t++;
		return e;
	}
	if (t->kind != NM_T_NAME) {
		stop(r, t, "a number, a name or (", NULL, found_at(t));
		return NULL;
	}
	r->t++;
	if (is_word(t, "THETA") || is_word(t, "ETA") || is_word(t, "EPS") || is_word(t, "ERR") ||
	    (is_word(t, "A") && is_op(r->t, NM_O_OPEN)))
		return indexed(r, t);
	return is_op(r->t, NM_O_OPEN) ? function(r, t) : variable(r, t);
}

static const struct nm_expr *unary(struct run *r);

/* a ** b ** c = a ** (b ** c); a sign may stand before the exponent. */
static const struct nm_expr *power(struct run *r)
{
	const struct nm_expr *base = primary(r);

	if (!base || !is_op(r->t, NM_O_POWER))
		return base;
	const struct nm_expr at = { .line = r->t->line, .col = r->t->col };
	r->t++;
	const struct nm_expr *e = unary(r);
	return e ? lull_nm__make(r->nm, NM_POW, base, e, NULL, &at) : NULL;
}

static const struct nm_expr *unary(struct run *r)
{
	const struct nm_token *t = r->t;

	if (!is_op(t, NM_O_MINUS) && !is_op(t, NM_O_PLUS))
		return power(r);
	if (++r->depth > NM_MAX_DEPTH) {
		stop(r, t, "fewer signs in a row", NULL, "a long chain of signs");
		return NULL;
	}
	r->t++;
	const struct nm_expr *e = unary(r);
	r->depth--;
	const struct nm_expr at = { .line = t->line, .col = t->col };
	return e && is_op(t, NM_O_MINUS) ? lull_nm__make(r->nm, NM_NEG, e, NULL, NULL, &at) : e;
}

/* Binary operators by level, weakest first; `at` is the operator's place. */
struct level { int token[6]; enum nm_op op[6]; int n; };
static const struct level levels[] = {
	{ { NM_O_OR }, { NM_OR }, 1 },
	{ { NM_O_AND }, { NM_AND }, 1 },
	{ { NM_O_EQ, NM_O_NE, NM_O_LT, NM_O_LE, NM_O_GT, NM_O_GE }, { NM_EQ, NM_NE, NM_LT, NM_LE, NM_GT, NM_GE }, 6 },
	{ { NM_O_PLUS, NM_O_MINUS }, { NM_ADD, NM_SUB }, 2 },
	{ { NM_O_TIMES, NM_O_OVER }, { NM_MUL, NM_DIV }, 2 },
};
enum { N_LEVELS = sizeof levels / sizeof levels[0] };

/* A(n) / x, the central amount over its volume: F, once x is known to be the scale. */
static const struct nm_expr *amount_over(struct run *r, const struct nm_expr *a, const struct nm_expr *b)
{
	struct nm *nm = r->nm;
	const struct nm_expr *amount = lull_nm__bare(a);

	if (!r->is_error || amount->op != NM_AMOUNT || amount->index != nm->central || b->has & (NM_HAS_F | NM_HAS_AMOUNT | NM_HAS_EPS))
		return NULL;
	if (nm->amount_over && !lull_nm__same(nm, nm->amount_over, b))
		return NULL;
	nm->amount_over = b;
	const struct nm_token at = { .line = a->line, .col = a->col };
	return lull_nm__leaf(nm, NM_F, 1, NULL, NULL, &at);
}

static const struct nm_expr *binary(struct run *r, int level)
{
	if (level == N_LEVELS)
		return unary(r);
	if (level == 2 && is_op(r->t, NM_O_NOT)) {
		const struct nm_expr at = { .line = r->t->line, .col = r->t->col };
		if (++r->depth > NM_MAX_DEPTH) {
			stop(r, r->t, "fewer .NOT. in a row", NULL, "a long chain");
			return NULL;
		}
		r->t++;
		const struct nm_expr *e = binary(r, 2);
		r->depth--;
		return e ? lull_nm__make(r->nm, NM_NOT, e, NULL, NULL, &at) : NULL;
	}
	const struct nm_expr *a = binary(r, level + 1);
	while (a) {
		int k = 0;
		while (k < levels[level].n && !is_op(r->t, levels[level].token[k]))
			k++;
		if (k == levels[level].n)
			return a;
		const struct nm_expr at = { .line = r->t->line, .col = r->t->col };
		r->t++;
		const struct nm_expr *b = binary(r, level + 1);
		if (!b)
			return NULL;
		const struct nm_expr *f = levels[level].op[k] == NM_DIV ? amount_over(r, a, b) : NULL;
		a = f ? f : lull_nm__make(r->nm, levels[level].op[k], a, b, NULL, &at);
	}
	return NULL;
}

static const struct nm_expr *expression(struct run *r)
{
	if (r->failed || r->nm->is_over || r->nm->out_of_memory)
		return NULL;
	if (++r->depth > NM_MAX_DEPTH) {
		stop(r, r->t, "fewer parentheses inside each other", NULL, "too many levels");
		return NULL;
	}
	const struct nm_expr *e = binary(r, 0);
	r->depth--;
	return e;
}

/* ------------------------------------------------------------------ statements */

static void assign(struct run *r, const struct nm_token *name, const struct nm_expr *value)
{
	struct nm *nm = r->nm;
	struct nm_var *var = find(&nm->env, name->name);

	if (!var) {
		if (nm->env.n >= NM_MAX_VARS) {
			stop(r, name, "fewer variables", NULL, "more than 300 of them");
			nm->is_over = true;
			return;
		}
		struct nm_var *vars = lull_arena_grow(nm->arena, nm->env.vars, nm->env.n, &nm->env.cap, nm->env.n + 1,
						      sizeof *vars);
		if (!vars) {
			r->failed = true;
			(void)lull_nm__nomem(nm);
			return;
		}
		nm->env.vars = vars;
		var = &vars[nm->env.n++];
	}
	*var = (struct nm_var){ name->name, value, name->line, name->col };
}

static bool copy_env(struct run *r, struct nm_env *out)
{
	struct nm *nm = r->nm;
	const struct nm_env *env = &nm->env;

	*out = (struct nm_env){ .n = env->n, .cap = env->n };
	if (!lull_nm__step(nm, (long)(env->n * env->n) / 8 + 1))
		return false;
	if (!env->n)
		return true;
	out->vars = LULL_ARENA_NEW(nm->arena, struct nm_var, env->n);
	if (!out->vars) {
		(void)lull_nm__nomem(nm);
		return false;
	}
	memcpy(out->vars, env->vars, env->n * sizeof *out->vars);
	return true;
}

/* nm->env after the IF: what differs between both branches is an expression of the condition. `yes` was run in
 * nm->env before and is given; nm->env now is the other branch. */
static void merge(struct run *r, const struct nm_expr *cond, const struct nm_env *yes)
{
	struct nm *nm = r->nm;
	struct nm_env *no = &nm->env;
	const size_t n_no = no->n;

	for (size_t i = 0; i < n_no; i++) {
		const struct nm_var *y = find(yes, no->vars[i].name);
		const struct nm_token at = { .name = no->vars[i].name, .line = no->vars[i].line, .col = no->vars[i].col };
		const struct nm_expr *a = y ? y->value : hole(r, &at, "has no value where an IF did not give it one");
		if (a != no->vars[i].value)
			no->vars[i].value = lull_nm__make(nm, NM_IF, a, no->vars[i].value, cond, cond);
	}
	for (size_t i = 0; i < yes->n && !r->failed; i++) {
		const struct nm_var *y = &yes->vars[i];
		if (find(no, y->name))
			continue;
		const struct nm_token at = { .name = y->name, .line = y->line, .col = y->col };
		assign(r, &at, lull_nm__make(nm, NM_IF, y->value, hole(r, &at, "has no value where an IF did not give it one"),
					     cond, cond));
	}
}

static void statements(struct run *r, bool in_if);

static bool end_of_line(struct run *r)
{
	if (r->t->kind == NM_T_LINE)
		r->t++;
	else if (r->t->kind != NM_T_END)
		stop(r, r->t, "the end of the statement", NULL, found_at(r->t));
	return !r->failed;
}

static void simple_statement(struct run *r);

static const struct nm_expr *condition(struct run *r)
{
	if (!is_op(r->t, NM_O_OPEN)) {
		stop(r, r->t, "( after IF", NULL, found_at(r->t));
		return NULL;
	}
	r->t++;
	const struct nm_expr *cond = expression(r);
	if (!cond)
		return NULL;
	if (!is_op(r->t, NM_O_CLOSE)) {
		stop(r, r->t, ") after the condition", NULL, found_at(r->t));
		return NULL;
	}
	r->t++;
	return cond;
}

static bool is_else_if(const struct nm_token *t)
{
	return is_word(t, "ELSEIF") || (is_word(t, "ELSE") && is_word(t + 1, "IF"));
}

/* Behind the condition of IF ... THEN: its branches to the ENDIF. */
static void branches(struct run *r, const struct nm_expr *cond)
{
	struct nm *nm = r->nm;
	struct nm_env before, yes;

	if (!copy_env(r, &before)) {
		r->failed = true;
		return;
	}
	statements(r, true);
	if (r->failed)
		return;
	yes = nm->env;
	nm->env = before;
	if (is_else_if(r->t)) {
		r->t += is_word(r->t, "ELSEIF") ? 1 : 2;
		const struct nm_expr *other = condition(r);
		if (!other)
			return;
		if (!is_word(r->t, "THEN")) {
			stop(r, r->t, "THEN", NULL, found_at(r->t));
			return;
		}
		r->t++;
		if (end_of_line(r) && ++r->depth < NM_MAX_DEPTH) {
			branches(r, other);
			r->depth--;
		} else
			stop(r, r->t, "fewer branches", NULL, "a long IF");
	} else {
		if (is_word(r->t, "ELSE")) {
			r->t++;
			if (!end_of_line(r))
				return;
			statements(r, true);
		}
		if (r->failed)
			return;
		if (is_word(r->t, "ENDIF"))
			r->t++;
		else if (is_word(r->t, "END") && is_word(r->t + 1, "IF"))
			r->t += 2;
		else
			stop(r, r->t, "ENDIF", NULL, found_at(r->t));
	}
	if (!r->failed)
		merge(r, cond, &yes);
}

static void if_statement(struct run *r)
{
	struct nm_env before, yes;
	const struct nm_expr *cond;

	r->t++;
	if (!(cond = condition(r)))
		return;
	if (is_word(r->t, "THEN")) {
		r->t++;
		if (end_of_line(r))
			branches(r, cond);
		return;
	}
	if (!copy_env(r, &before)) {
		r->failed = true;
		return;
	}
	simple_statement(r);
	yes = r->nm->env;
	r->nm->env = before;
	if (!r->failed)
		merge(r, cond, &yes);
}

static void skip_statement(struct run *r)
{
	while (r->t->kind != NM_T_LINE && r->t->kind != NM_T_END)
		r->t++;
}

/* Words that begin a statement which is no assignment. */
static bool other_statement(struct run *r)
{
	static const char *const stops_a_run[] = { "EXIT", "RETURN", "PRINT", "WRITE", "OPEN", "CLOSE", "REWIND" };
	static const char *const refused[] = { "CALL", "DO", "DOWHILE", "ENDDO", "SUPRESS", "INCLUDE", "GOTO", "WHILE" };

	for (size_t i = 0; i < sizeof stops_a_run / sizeof stops_a_run[0]; i++)
		if (is_word(r->t, stops_a_run[i]) && !is_op(r->t + 1, NM_O_IS)) {
			lull_nm__leave_out(r->nm, r->t->line, "%s", r->t->name);
			skip_statement(r);
			return true;
		}
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (is_word(r->t, refused[i]) && !is_op(r->t + 1, NM_O_IS)) {
			stop(r, r->t, "assignments and IF alone", "work out by hand what it does", r->t->name);
			return true;
		}
	return false;
}

static void simple_statement(struct run *r)
{
	const struct nm_token *name = r->t;

	if (is_word(name, "IF") && is_op(name + 1, NM_O_OPEN)) {
		if (++r->depth > NM_MAX_DEPTH)
			stop(r, name, "fewer IF inside each other", NULL, "too many levels");
		else
			if_statement(r);
		r->depth--;
		return;
	}
	if (other_statement(r))
		return;
	if (name->kind == NM_T_VERBATIM) {
		stop(r, name, "abbreviated code", "write it as assignments and IF", "verbatim code, which may do anything");
		return;
	}
	if (name->kind != NM_T_NAME) {
		stop(r, name, "an assignment or IF", NULL, found_at(name));
		return;
	}
	r->t++;
	if (is_op(r->t, NM_O_OPEN)) {
		stop(r, name, "a plain variable left of =",
		     is_word(name, "A_0") ? "give the initial amount as a dose in the data" : NULL, name->name);
		return;
	}
	if (!is_op(r->t, NM_O_IS)) {
		stop(r, r->t, "=", NULL, found_at(r->t));
		return;
	}
	r->t++;
	const struct nm_expr *value = expression(r);
	if (value)
		assign(r, name, value);
	else
		r->failed = true;
}

static bool ends_a_branch(const struct nm_token *t)
{
	return is_word(t, "ENDIF") || (is_word(t, "ELSE") && !is_op(t + 1, NM_O_IS)) || is_word(t, "ELSEIF") ||
	       (is_word(t, "END") && is_word(t + 1, "IF"));
}

static void statements(struct run *r, bool in_if)
{
	while (!r->failed && !r->nm->is_over && !r->nm->out_of_memory) {
		while (r->t->kind == NM_T_LINE)
			r->t++;
		if (r->t->kind == NM_T_END) {
			if (in_if)
				stop(r, r->t, "ENDIF", NULL, "the end of the record");
			return;
		}
		if (ends_a_branch(r->t)) {
			if (!in_if)
				stop(r, r->t, "an IF before it", NULL, found_at(r->t));
			return;
		}
		simple_statement(r);
		if (!r->failed)
			(void)end_of_line(r);
	}
	r->failed = true;
}

void lull_nm__run(struct nm *nm, const struct nm_record *record, bool is_error)
{
	struct run r = { .nm = nm, .t = lull_nm__tokens(nm, record), .is_error = is_error };

	if (!r.t)
		return;
	/* "$ERROR (ONLY OBSERVATIONS)", "$PK (CALLFL = -2)": when it is called, not what it says */
	if (is_op(r.t, NM_O_OPEN)) {
		lull_nm__leave_out(nm, r.t->line, "when the code is called");
		while (!is_op(r.t, NM_O_CLOSE) && r.t->kind != NM_T_LINE && r.t->kind != NM_T_END)
			r.t++;
		r.t += is_op(r.t, NM_O_CLOSE);
	}
	statements(&r, false);
}
