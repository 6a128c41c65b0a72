/* What the files of the control stream reader share: lines, tokens, expressions, the reader's state. */
#ifndef LULL_KETAMINE_NONMEM_OWN_H
#define LULL_KETAMINE_NONMEM_OWN_H

#include <stdint.h>
#include "lull/ketamine/nonmem.h"

/* ---- text: records of lines, tokens ------------------------------------------------ */

enum nm_kind {
	NM_PROBLEM, NM_INPUT, NM_DATA, NM_SUBROUTINES, NM_PK, NM_ERROR, NM_THETA, NM_OMEGA, NM_SIGMA,
	NM_SKIPPED,   /* steps of estimation, tables: nothing of the model */
	NM_REFUSED,   /* of the model, and not linear compartments         */
	NM_UNKNOWN
};

struct nm_line {
	const char *text; size_t n;       /* without the comment           */
	const char *comment; size_t n_comment;
	int line, col;                    /* of text[0]                    */
	const char *raw; size_t n_raw;    /* the whole line, for carets    */
};

struct nm_record {
	enum nm_kind kind;
	const char *name;                 /* "$THETA" in full; as written where unknown */
	int line, col;
	const struct nm_line *lines; size_t n_lines;
};

enum nm_token_kind { NM_T_END, NM_T_LINE, NM_T_NUMBER, NM_T_NAME, NM_T_OP, NM_T_VERBATIM, NM_T_OTHER };

/* Operators of two characters are one token; .EQ. and == are the same. */
enum nm_op_token {
	NM_O_PLUS = '+', NM_O_MINUS = '-', NM_O_TIMES = '*', NM_O_OVER = '/', NM_O_OPEN = '(', NM_O_CLOSE = ')',
	NM_O_COMMA = ',', NM_O_IS = '=', NM_O_LT = '<', NM_O_GT = '>',
	NM_O_POWER = 256, NM_O_EQ, NM_O_NE, NM_O_LE, NM_O_GE, NM_O_AND, NM_O_OR, NM_O_NOT
};

struct nm_token {
	enum nm_token_kind kind;
	int op;                           /* NM_T_OP                       */
	double number;
	const char *name;                 /* upper case                    */
	int line, col;
	const char *comment;              /* NM_T_LINE: of the line that ends; NULL none */
};

/* ---- expressions -------------------------------------------------------------------- */

enum nm_op {
	NM_NUM, NM_TH, NM_ETA, NM_EPS, NM_COV, NM_F, NM_AMOUNT,
	NM_SYM,                           /* what cannot be followed: name and why in `why` */
	NM_ADD, NM_SUB, NM_MUL, NM_DIV, NM_POW, NM_NEG, NM_EXP, NM_LOG, NM_SQRT, NM_ABS,
	NM_IF,                            /* a where c is true, else b     */
	NM_EQ, NM_NE, NM_LT, NM_LE, NM_GT, NM_GE, NM_AND, NM_OR, NM_NOT,
	NM_NAMED                          /* a, by the name of the variable that holds it */
};

struct nm_expr {
	enum nm_op op;
	double num;
	int index;                        /* THETA, ETA, EPS, A from 0; COV: column */
	const char *name, *why;
	const struct nm_expr *a, *b, *c;
	int line, col;
	int size, depth;
	unsigned has;                     /* NM_HAS_*                      */
};

enum { NM_HAS_ETA = 1, NM_HAS_COV = 2, NM_HAS_SYM = 4, NM_HAS_EPS = 8, NM_HAS_F = 16, NM_HAS_IF = 32, NM_HAS_AMOUNT = 64 };
enum { NM_MAX_SIZE = 6000, NM_MAX_DEPTH = 200, NM_MAX_RECORDS = 1000, NM_MAX_TOKENS = 200000, NM_MAX_STEPS = 20000000, NM_MAX_VARS = 300 };

/* ---- the reader ----------------------------------------------------------------------- */

struct nm_var {
	const char *name;
	const struct nm_expr *value;
	int line, col;                    /* of its last assignment        */
};

struct nm_env {
	struct nm_var *vars;
	size_t n, cap;
};

struct nm {
	struct lull_arena *arena;
	struct lull_diags *diags;
	const char *file;
	bool out_of_memory, is_over;      /* is_over: a ceiling was met, said once */
	long n_steps;                     /* work done, against NM_MAX_STEPS */

	const struct nm_record *records; size_t n_records;
	struct lull_nonmem *model;

	const char **columns; size_t n_columns;
	bool *is_reserved;                /* ID, TIME, AMT ...: not a person's covariate */
	struct lull_nm_theta *thetas; size_t n_thetas;
	double *omega, *sigma; size_t n_etas, n_eps;
	const char **eta_labels;
	int *eta_group;                   /* which SAME group, by the first ETA's index; -1 none */
	struct nm_env env;
	const char **left_out; size_t n_left_out, cap_left_out;
	const struct nm_expr *amount_over; /* $ERROR read A(central)/this */
	double over_ratio;                /* the scale over it: A(central)/this is F times that */
	int central;                      /* 0-based compartment           */
};

/* Remarks: where, found, expected, hint. */
void lull_nm__say(struct nm *nm, enum lull_severity severity, int line, int col, const char *expected, const char *hint,
		  const char *fmt, ...) LULL_PRINTF(7, 8);
int lull_nm__nomem(struct nm *nm);
void lull_nm__leave_out(struct nm *nm, int line, const char *fmt, ...) LULL_PRINTF(3, 4);
bool lull_nm__step(struct nm *nm, long n); /* counts work; false once over the ceiling */

/* nonmem_lex.c */
LULL_NODISCARD int lull_nm__records(struct nm *nm, const char *bytes, size_t n);
/* The record's tokens, ended by NM_T_END; NULL when out of memory or over the ceiling. */
const struct nm_token *lull_nm__tokens(struct nm *nm, const struct nm_record *record);

/* nonmem_records.c */
void lull_nm__input(struct nm *nm, const struct nm_record *record);
void lull_nm__subroutines(struct nm *nm, const struct nm_record *record);
void lull_nm__theta(struct nm *nm, const struct nm_record *record);
void lull_nm__matrix(struct nm *nm, const struct nm_record *record, bool is_sigma);

/* nonmem_expr.c: never NULL; on exhaustion a NM_SYM and the flags in nm. */
const struct nm_expr *lull_nm__num(struct nm *nm, double x, const struct nm_token *at);
const struct nm_expr *lull_nm__leaf(struct nm *nm, enum nm_op op, int index, const char *name, const char *why,
				    const struct nm_token *at);
const struct nm_expr *lull_nm__make(struct nm *nm, enum nm_op op, const struct nm_expr *a, const struct nm_expr *b,
				    const struct nm_expr *c, const struct nm_expr *at);
const struct nm_expr *lull_nm__named(struct nm *nm, const char *name, const struct nm_expr *a, int line, int col);
const struct nm_expr *lull_nm__bare(const struct nm_expr *e); /* without NM_NAMED */
bool lull_nm__same(struct nm *nm, const struct nm_expr *a, const struct nm_expr *b);
/* The expression once the first NM_IF of it is pulled to the top; itself where there is none. */
const struct nm_expr *lull_nm__lift(struct nm *nm, const struct nm_expr *e);
bool lull_nm__is_const(const struct nm_expr *e); /* numbers and THETAs alone */

struct nm_at { /* values to evaluate at */
	const double *thetas, *etas, *eps, *columns;
	double f;
};
double lull_nm__eval(struct nm *nm, const struct nm_expr *e, const struct nm_at *at);
/* At the initial THETAs. */
double lull_nm__const(struct nm *nm, const struct nm_expr *e);

/* nonmem_code.c: runs a $PK or $ERROR on nm->env. */
void lull_nm__run(struct nm *nm, const struct nm_record *record, bool is_error);
const struct nm_var *lull_nm__var(const struct nm *nm, const char *name); /* NULL: never assigned */

/* nonmem_form.c */
bool lull_nm__param(struct nm *nm, const char *name, const struct nm_expr *e, struct lull_nm_param *out);
/* a = factor x b for everybody: the constant factor. */
bool lull_nm__proportional(struct nm *nm, const struct nm_expr *a, const struct nm_expr *b, double *factor);

/* nonmem_error.c */
void lull_nm__residual(struct nm *nm);

#endif
