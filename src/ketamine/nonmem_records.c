/* $INPUT, $SUBROUTINES, $THETA, $OMEGA and $SIGMA of a control stream. */
#include "nonmem_own.h"

#include <string.h>

#include "lull/num/math.h"

/* A walk over tokens; line ends are skipped where the record does not care. */
struct walk {
	struct nm *nm;
	const struct nm_token *t;
};

static bool is_op(const struct nm_token *t, int op) { return t->kind == NM_T_OP && t->op == op; }
static bool is_name(const struct nm_token *t, const char *name)
{
	return t->kind == NM_T_NAME && strcmp(t->name, name) == 0;
}

static void skip_lines(struct walk *w)
{
	while (w->t->kind == NM_T_LINE)
		w->t++;
}

static void refuse(struct walk *w, const char *expected, const char *hint)
{
	const struct nm_token *t = w->t;

	if (t->kind == NM_T_NAME)
		lull_nm__say(w->nm, LULL_ERROR, t->line, t->col, expected, hint, "%s", t->name);
	else
		lull_nm__say(w->nm, LULL_ERROR, t->line, t->col, expected, hint, "%s",
			     t->kind == NM_T_END || t->kind == NM_T_LINE ? "the end" :
			     t->kind == NM_T_NUMBER ? "a number" : "a sign");
}

/* The comment of the line this token stands in. */
static const char *comment_after(const struct nm_token *t)
{
	while (t->kind != NM_T_LINE && t->kind != NM_T_END)
		t++;
	return t->kind == NM_T_LINE ? t->comment : NULL;
}

/* ------------------------------------------------------------------ $INPUT */

/* Items PREDPP or the data file use themselves; they are not what a person is. */
static const char *const reserved[] = { "ID", "TIME", "DATE", "DAT1", "DAT2", "DAT3", "AMT", "RATE", "DV", "MDV", "EVID", "CMT",
					"SS", "II", "ADDL", "PCMT", "CALL", "CONT", "L1", "L2", "XVID1", NULL };

static bool in_list(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

static void add_column(struct walk *w, const char *name)
{
	struct nm *nm = w->nm;

	if (nm->n_columns >= LULL_NM_MAX_COLUMNS) {
		lull_nm__say(nm, LULL_ERROR, w->t->line, w->t->col, "a smaller data set", NULL, "more than %d columns",
			     LULL_NM_MAX_COLUMNS);
		nm->is_over = true;
		return;
	}
	nm->is_reserved[nm->n_columns] = name && in_list(name, reserved);
	nm->columns[nm->n_columns++] = name;
}

/* "WT", "WT=DROP", "DROP", "CONC=DV": of a synonym the name that is not reserved stands for a person. */
void lull_nm__input(struct nm *nm, const struct nm_record *record)
{
	static const char *const dropped[] = { "DROP", "SKIP", NULL };
	struct walk w = { nm, lull_nm__tokens(nm, record) };

	if (!w.t)
		return;
	for (skip_lines(&w); w.t->kind != NM_T_END && !nm->is_over; skip_lines(&w)) {
		if (is_op(w.t, NM_O_COMMA)) {
			w.t++;
			continue;
		}
		if (w.t->kind != NM_T_NAME) {
			refuse(&w, "the name of a column", NULL);
			return;
		}
		const char *name = w.t++->name, *other = NULL;
		if (is_op(w.t, NM_O_IS) && w.t[1].kind == NM_T_NAME) {
			other = w.t[1].name;
			w.t += 2;
		}
		if (in_list(name, dropped) || (other && in_list(other, dropped)))
			add_column(&w, NULL);
		else
			add_column(&w, other && in_list(other, reserved) ? other : name);
	}
}

/* ------------------------------------------------------------------ $SUBROUTINES */

/* "ADVAN4" -> 4; -1 where it is not that word with digits behind. */
static int numbered(const char *name, const char *word)
{
	const size_t n = strlen(word);
	int value = 0, digits = 0;

	if (strncmp(name, word, n) != 0)
		return -1;
	for (const char *c = name + n; *c >= '0' && *c <= '9' && digits < 3; c++, digits++)
		value = value * 10 + (*c - '0');
	return digits && !name[n + (size_t)digits] ? value : -1;
}

void lull_nm__subroutines(struct nm *nm, const struct nm_record *record)
{
	struct walk w = { nm, lull_nm__tokens(nm, record) };

	if (!w.t)
		return;
	for (; w.t->kind != NM_T_END; w.t++) {
		if (w.t->kind != NM_T_NAME)
			continue;
		int k = numbered(w.t->name, "ADVAN");
		if (k >= 0)
			nm->model->advan = k;
		k = numbered(w.t->name, "TRANS");
		if (k >= 0)
			nm->model->trans = k;
		if (is_name(w.t, "OTHER") || is_name(w.t, "INFN") || is_name(w.t, "PK"))
			lull_nm__say(nm, LULL_ERROR, w.t->line, w.t->col, "ADVAN and TRANS alone",
				     "write what the Fortran file does into $PK or $ERROR", "%s: code outside the control stream",
				     w.t->name);
	}
}

/* ------------------------------------------------------------------ $THETA */

static bool bound(struct walk *w, double *out)
{
	double sign = 1;

	if (is_op(w->t, NM_O_MINUS) || is_op(w->t, NM_O_PLUS)) {
		sign = is_op(w->t, NM_O_MINUS) ? -1 : 1;
		w->t++;
	}
	if (w->t->kind == NM_T_NUMBER)
		*out = sign * w->t->number;
	else if (is_name(w->t, "INF") || is_name(w->t, "INFINITY"))
		*out = sign * (double)__builtin_inff();
	else
		return false;
	/* NONMEM's own infinity */
	if (*out >= 1000000)
		*out = (double)__builtin_inff();
	if (*out <= -1000000)
		*out = -(double)__builtin_inff();
	w->t++;
	return true;
}

static bool fix(struct walk *w)
{
	if (!is_name(w->t, "FIX") && !is_name(w->t, "FIXED"))
		return false;
	w->t++;
	return true;
}

/* "(low, init, high) FIX" and its shorter forms; after the opening parenthesis. */
static bool theta_in_parentheses(struct walk *w, struct lull_nm_theta *th)
{
	double v[3] = { 0, 0, 0 };
	bool has[3] = { false, false, false };
	int n = 0;

	for (;;) {
		skip_lines(w);
		th->fixed |= fix(w);
		if (n < 3 && bound(w, &v[n]))
			has[n] = true;
		th->fixed |= fix(w);
		skip_lines(w);
		if (is_op(w->t, NM_O_CLOSE))
			break;
		if (is_op(w->t, NM_O_COMMA))
			w->t++;
		else if (n >= 3 || !has[n] || (w->t->kind != NM_T_NUMBER && !is_op(w->t, NM_O_MINUS) && w->t->kind != NM_T_NAME)) {
			refuse(w, "(lower, initial, upper), any of them a number, INF or FIX", NULL);
			return false;
		}
		if (++n > 2) {
			refuse(w, "at most three numbers in a $THETA", NULL);
			return false;
		}
	}
	const struct nm_token *close = w->t++;
	const bool alone = !n;
	th->init = alone ? v[0] : v[1];
	if (!alone && has[0])
		th->low = v[0];
	if (has[2])
		th->high = v[2];
	if (alone ? !has[0] : !has[1]) {
		lull_nm__say(w->nm, LULL_ERROR, close->line, close->col, "an initial estimate",
			     "put the final estimate of the fit there", "a THETA without one");
		return false;
	}
	return true;
}

static void add_theta(struct walk *w, struct lull_nm_theta th)
{
	struct nm *nm = w->nm;

	if (nm->n_thetas >= LULL_NM_MAX_THETAS) {
		if (!nm->is_over)
			lull_nm__say(nm, LULL_ERROR, th.line, th.col, "a smaller model", NULL, "more than %d THETAs",
				     LULL_NM_MAX_THETAS);
		nm->is_over = true;
		return;
	}
	if (!lull_is_finite(th.init))
		lull_nm__say(nm, LULL_ERROR, th.line, th.col, "a finite initial estimate", NULL, "infinity");
	if (th.init < th.low || th.init > th.high)
		lull_nm__say(nm, LULL_ERROR, th.line, th.col, "an initial estimate inside its bounds", NULL,
			     "THETA(%zu) = %.17g", nm->n_thetas + 1, th.init);
	nm->thetas[nm->n_thetas++] = th;
}

/* "x3": that many times; 1 where it does not stand. */
static int times(struct walk *w)
{
	const int k = w->t->kind == NM_T_NAME ? numbered(w->t->name, "X") : -1;

	if (k < 0)
		return 1;
	w->t++;
	return k > LULL_NM_MAX_THETAS ? LULL_NM_MAX_THETAS : k;
}

void lull_nm__theta(struct nm *nm, const struct nm_record *record)
{
	struct walk w = { nm, lull_nm__tokens(nm, record) };

	if (!w.t)
		return;
	for (skip_lines(&w); w.t->kind != NM_T_END && !nm->is_over; skip_lines(&w)) {
		struct lull_nm_theta th = { .low = -(double)__builtin_inff(), .high = (double)__builtin_inff(),
					    .line = w.t->line, .col = w.t->col };
		if (is_op(w.t, NM_O_COMMA)) {
			w.t++;
			continue;
		}
		const bool paired = is_op(w.t, NM_O_OPEN);
		if (paired)
			w.t++;
		if (paired ? !theta_in_parentheses(&w, &th) : !bound(&w, &th.init)) {
			if (!paired)
				refuse(&w, "a number or (lower, initial, upper)",
				       "names, ABORT and NUMBERPOINTS are not read: remove them");
			return;
		}
		th.fixed |= fix(&w);
		th.label = comment_after(w.t);
		for (int n = times(&w); n > 0; n--)
			add_theta(&w, th);
	}
}

/* ------------------------------------------------------------------ $OMEGA, $SIGMA */

enum { MAX_BLOCK = LULL_NM_MAX_ETAS };

struct block {
	int n;                            /* rows; 0 = diagonal            */
	bool is_same, is_sd, is_correlation, is_cholesky;
	int repeat;                       /* SAME(3)                       */
};

static double *cell(struct nm *nm, bool is_sigma, size_t i, size_t j)
{
	return (is_sigma ? nm->sigma : nm->omega) + i * LULL_NM_MAX_ETAS + j;
}

/* "(3)" behind a word; `otherwise` where it does not stand. */
static int count_behind(struct walk *w, int otherwise)
{
	if (!is_op(w->t, NM_O_OPEN) || w->t[1].kind != NM_T_NUMBER || !is_op(w->t + 2, NM_O_CLOSE))
		return otherwise;
	const double n = w->t[1].number;
	w->t += 3;
	return n >= 1 && n <= MAX_BLOCK && n == lull_floor(n) ? (int)n : -1;
}

/* Words before, between and behind the numbers; false where it is none of them. */
static bool option(struct walk *w, struct block *b)
{
	const char *word = w->t->kind == NM_T_NAME ? w->t->name : "";

	if (strcmp(word, "FIX") == 0 || strcmp(word, "FIXED") == 0 || strcmp(word, "UNINT") == 0 ||
	    strncmp(word, "VARI", 4) == 0 || strncmp(word, "COVA", 4) == 0)
		w->t++;
	else if (strcmp(word, "SD") == 0 || strncmp(word, "STAN", 4) == 0) {
		b->is_sd = true;
		w->t++;
	} else if (strncmp(word, "CORR", 4) == 0) {
		b->is_correlation = true;
		w->t++;
	} else if (strncmp(word, "CHOL", 4) == 0) {
		b->is_cholesky = true;
		w->t++;
	} else if (strcmp(word, "SAME") == 0) {
		b->is_same = true;
		w->t++;
		b->repeat = count_behind(w, 1);
	} else if (strncmp(word, "DIAG", 4) == 0) {
		w->t++;
		(void)count_behind(w, 0);
	} else
		return false;
	return true;
}

static bool room(struct walk *w, bool is_sigma, int more)
{
	const size_t n = is_sigma ? w->nm->n_eps : w->nm->n_etas;

	if (more >= 1 && n + (size_t)more <= LULL_NM_MAX_ETAS)
		return true;
	if (!w->nm->is_over)
		lull_nm__say(w->nm, LULL_ERROR, w->t->line, w->t->col, "blocks of 1 to 60 rows, 60 rows in all", NULL,
			     "%s of another size", is_sigma ? "a $SIGMA" : "an $OMEGA");
	w->nm->is_over = true;
	return false;
}

static void take_row(struct nm *nm, bool is_sigma, const char *label, int group)
{
	if (is_sigma) {
		nm->n_eps++;
		return;
	}
	nm->eta_labels[nm->n_etas] = label;
	nm->eta_group[nm->n_etas] = group;
	nm->n_etas++;
}

/* One value of a diagonal record: 0.1, (0.1 FIX), (FIX 0.1 SD), (0.1)x2. */
static bool diagonal_value(struct walk *w, bool is_sigma, const struct block *all)
{
	struct block b = *all;
	const struct nm_token *at = w->t;
	const bool paired = is_op(w->t, NM_O_OPEN);
	double v = 0;

	w->t += paired;
	while (option(w, &b) && paired)
		;
	if (w->t->kind != NM_T_NUMBER) {
		refuse(w, "a variance", "a model with SAME, BLOCK or VALUES: write BLOCK(n) and its numbers");
		return false;
	}
	v = w->t++->number;
	while (option(w, &b))
		;
	if (paired && !is_op(w->t, NM_O_CLOSE)) {
		refuse(w, ")", NULL);
		return false;
	}
	w->t += paired;
	const char *label = comment_after(at);
	for (int n = times(w); n > 0; n--) {
		if (!room(w, is_sigma, 1))
			return false;
		const size_t i = is_sigma ? w->nm->n_eps : w->nm->n_etas;
		*cell(w->nm, is_sigma, i, i) = b.is_sd ? v * v : v;
		take_row(w->nm, is_sigma, label, -1);
	}
	return true;
}

/* The lower triangle as written into variances and covariances. */
static void finish_block(struct nm *nm, bool is_sigma, size_t first, const struct block *b)
{
	const size_t n = (size_t)b->n;

	if (b->is_cholesky)
		for (size_t i = n; i-- > 0;)
			for (size_t j = i + 1; j-- > 0;) {
				double sum = 0;
				for (size_t k = 0; k <= j; k++)
					sum += *cell(nm, is_sigma, first + i, first + k) * *cell(nm, is_sigma, first + j, first + k);
				*cell(nm, is_sigma, first + i, first + j) = sum;
			}
	double sd[MAX_BLOCK];
	for (size_t i = 0; i < n; i++) {
		double *v = cell(nm, is_sigma, first + i, first + i);
		sd[i] = b->is_sd && !b->is_cholesky ? *v : lull_sqrt(lull_max(*v, 0));
		*v = b->is_sd && !b->is_cholesky ? *v * *v : *v;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++) {
			double *v = cell(nm, is_sigma, first + i, first + j);
			if (b->is_correlation)
				*v *= sd[i] * sd[j];
			*cell(nm, is_sigma, first + j, first + i) = *v;
		}
}

/* Cholesky's rows are needed whole: the triangle is read into its cells, in the order written. */
static bool block_values(struct walk *w, bool is_sigma, struct block *b)
{
	struct nm *nm = w->nm;
	const size_t first = is_sigma ? nm->n_eps : nm->n_etas;

	for (size_t i = 0; i < (size_t)b->n; i++) {
		const char *label = NULL;
		for (size_t j = 0; j <= i; j++) {
			bool paired = false;
			for (;;) {
				skip_lines(w);
				if (is_op(w->t, NM_O_OPEN) || is_op(w->t, NM_O_CLOSE) || is_op(w->t, NM_O_COMMA)) {
					paired = is_op(w->t, NM_O_OPEN);
					w->t++;
				} else if (!option(w, b))
					break;
			}
			(void)paired;
			double sign = 1;
			if (is_op(w->t, NM_O_MINUS)) {
				sign = -1;
				w->t++;
			}
			if (w->t->kind != NM_T_NUMBER) {
				refuse(w, "a number of the block's lower triangle, row by row", NULL);
				return false;
			}
			label = comment_after(w->t);
			*cell(nm, is_sigma, first + i, first + j) = sign * w->t++->number;
		}
		take_row(nm, is_sigma, label, -1);
	}
	skip_lines(w);
	while (option(w, b) || is_op(w->t, NM_O_CLOSE)) {
		w->t += is_op(w->t, NM_O_CLOSE);
		skip_lines(w);
	}
	finish_block(nm, is_sigma, first, b);
	return true;
}

/* As the block before: again n rows with its numbers. */
static void same_block(struct walk *w, bool is_sigma, const struct block *b, int n_before)
{
	struct nm *nm = w->nm;

	for (int k = 0; k < b->repeat; k++) {
		const int n = b->n ? b->n : n_before;
		const size_t first = is_sigma ? nm->n_eps : nm->n_etas;
		if (!n || n != n_before || first < (size_t)n) {
			refuse(w, "a block of the same size before SAME", NULL);
			return;
		}
		if (!room(w, is_sigma, n))
			return;
		for (size_t i = 0; i < (size_t)n; i++) {
			const size_t from = first + i - (size_t)n;
			for (size_t j = 0; j < (size_t)n; j++)
				*cell(nm, is_sigma, first + i, first + j) = *cell(nm, is_sigma, from, first + j - (size_t)n);
			if (!is_sigma && nm->eta_group[from] < 0)
				nm->eta_group[from] = (int)from;
			take_row(nm, is_sigma, is_sigma ? NULL : nm->eta_labels[from], is_sigma ? -1 : nm->eta_group[from]);
		}
	}
}

static int last_block_size(const struct nm *nm, const struct nm_record *record, bool is_sigma);

void lull_nm__matrix(struct nm *nm, const struct nm_record *record, bool is_sigma)
{
	struct walk w = { nm, lull_nm__tokens(nm, record) };
	struct block b = { .repeat = 1 };
	bool is_block = false;

	if (!w.t)
		return;
	skip_lines(&w);
	for (;; skip_lines(&w)) { /* the words before the numbers */
		if (is_name(w.t, "BLOCK")) {
			w.t++;
			is_block = true;
			b.n = count_behind(&w, 0);
			if (b.n < 0 && !room(&w, is_sigma, b.n))
				return;
		} else if (!option(&w, &b))
			break;
	}
	if (b.is_same) {
		same_block(&w, is_sigma, &b, last_block_size(nm, record, is_sigma));
		return;
	}
	if (is_block) {
		if (!b.n)
			refuse(&w, "BLOCK(n)", NULL);
		else if (room(&w, is_sigma, b.n) && block_values(&w, is_sigma, &b) && w.t->kind != NM_T_END)
			refuse(&w, "the end of the block", "one $OMEGA or $SIGMA for each block");
		return;
	}
	for (; w.t->kind != NM_T_END && !nm->is_over; skip_lines(&w)) {
		if (is_op(w.t, NM_O_COMMA))
			w.t++;
		else if (!diagonal_value(&w, is_sigma, &b))
			return;
	}
}

/* Rows of the BLOCK(n) record that SAME repeats: the nearest one of its kind that is not SAME itself. */
static int last_block_size(const struct nm *nm, const struct nm_record *record, bool is_sigma)
{
	const enum nm_kind kind = is_sigma ? NM_SIGMA : NM_OMEGA;

	for (const struct nm_record *r = record; r-- > nm->records;) {
		if (r->kind != kind)
			continue;
		/* lull_nm__tokens on a record already read gives the same words */
		struct walk w = { (struct nm *)nm, lull_nm__tokens((struct nm *)nm, r) };
		if (!w.t)
			return 0;
		bool is_block = false, is_same = false;
		int n = 0;
		for (; w.t->kind != NM_T_END; w.t++) {
			if (is_name(w.t, "SAME"))
				is_same = true;
			if (is_name(w.t, "BLOCK")) {
				is_block = true;
				struct walk behind = { w.nm, w.t + 1 };
				n = count_behind(&behind, 0);
			}
		}
		if (!is_same)
			return is_block && n > 0 ? n : 1;
	}
	return 0;
}
