/* Control stream text: records of lines, and the tokens of a record.
 *
 * A record starts with $ at the front of a line, its name may be cut to three letters. A comment
 * runs from ; to the line's end; & at a line's end joins it with the next. */
#include "nonmem_own.h"

#include <string.h>

#include "lull/base/parse.h"

static const struct { const char *name; enum nm_kind kind; } kinds[] = {
	{ "PROBLEM", NM_PROBLEM }, { "INPUT", NM_INPUT }, { "DATA", NM_DATA }, { "SUBROUTINES", NM_SUBROUTINES }, { "SUBS", NM_SUBROUTINES },
	{ "PK", NM_PK }, { "ERROR", NM_ERROR }, { "THETA", NM_THETA }, { "OMEGA", NM_OMEGA }, { "SIGMA", NM_SIGMA },
	{ "ESTIMATION", NM_SKIPPED }, { "ESTIMATE", NM_SKIPPED }, { "ESTM", NM_SKIPPED }, { "COVARIANCE", NM_SKIPPED },
	{ "COVR", NM_SKIPPED }, { "TABLE", NM_SKIPPED }, { "SIMULATION", NM_SKIPPED }, { "SIMULATE", NM_SKIPPED },
	{ "SCATTERPLOT", NM_SKIPPED }, { "SIZES", NM_SKIPPED }, { "NONPARAMETRIC", NM_SKIPPED }, { "CHAIN", NM_SKIPPED },
	{ "WARNINGS", NM_SKIPPED }, { "TOL", NM_SKIPPED }, { "FORMAT", NM_SKIPPED }, { "DEFAULT", NM_SKIPPED },
	{ "PRIOR", NM_SKIPPED }, { "THETAP", NM_SKIPPED }, { "THETAPV", NM_SKIPPED }, { "OMEGAP", NM_SKIPPED },
	{ "OMEGAPD", NM_SKIPPED }, { "SIGMAP", NM_SKIPPED }, { "SIGMAPD", NM_SKIPPED }, { "MSFI", NM_SKIPPED },
	{ "DES", NM_REFUSED }, { "MODEL", NM_REFUSED }, { "PRED", NM_REFUSED }, { "AES", NM_REFUSED },
	{ "AESINITIAL", NM_REFUSED }, { "MIX", NM_REFUSED }, { "LEVEL", NM_REFUSED }, { "INCLUDE", NM_REFUSED },
	{ "ABBREVIATED", NM_REFUSED }, { "INFN", NM_REFUSED }, { "BIND", NM_REFUSED }, { "PHIS", NM_REFUSED },
	{ "ETAS", NM_REFUSED }, { "CONTR", NM_REFUSED }, { "THETAI", NM_REFUSED }, { "THETAR", NM_REFUSED },
	{ "INDEX", NM_REFUSED }, { "INDXS", NM_REFUSED },
};

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 32) : c; }
static bool is_letter(char c) { c = upper(c); return (c >= 'A' && c <= 'Z') || c == '_'; }

/* The record of that name: the whole or at least its first three letters; $PK in two. */
static const char *record_name(const char *text, size_t n, enum nm_kind *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const size_t n_full = strlen(kinds[i].name);
		size_t j = 0;
		while (j < n && j < n_full && upper(text[j]) == kinds[i].name[j])
			j++;
		if (j == n && (n >= 3 || n == n_full)) {
			*kind = kinds[i].kind;
			return kinds[i].name;
		}
	}
	*kind = NM_UNKNOWN;
	return NULL;
}

/* One line of text: where it ends, what of it is comment. */
static struct nm_line line_of(const char *text, size_t n, int line, int col, bool has_comments)
{
	const char *semi = has_comments && n ? memchr(text, ';', n) : NULL;
	struct nm_line out = { .text = text, .n = semi ? (size_t)(semi - text) : n, .line = line, .col = col };

	if (semi) {
		out.comment = semi + 1;
		out.n_comment = n - out.n - 1;
	}
	while (out.n && is_blank(out.text[out.n - 1]))
		out.n--;
	while (out.n_comment && (is_blank(*out.comment) || *out.comment == ';')) {
		out.comment++;
		out.n_comment--;
	}
	while (out.n_comment && is_blank(out.comment[out.n_comment - 1]))
		out.n_comment--;
	return out;
}

struct splitter {
	struct nm *nm;
	struct nm_record *records; size_t n, cap;
	struct nm_line *lines; size_t n_lines, cap_lines;
	size_t *first_line; size_t cap_first;
};

static int add_line(struct splitter *s, struct nm_line line)
{
	struct nm_line *lines = lull_arena_grow(s->nm->arena, s->lines, s->n_lines, &s->cap_lines, s->n_lines + 1,
						sizeof *lines);

	if (!lines)
		return lull_nm__nomem(s->nm);
	s->lines = lines;
	s->lines[s->n_lines++] = line;
	return LULL_OK;
}

/* "$THETA (0, 3)": opens a record; returns how many characters its name takes. */
static int open_record(struct splitter *s, const char *text, size_t n, int line, int col, size_t *n_name)
{
	struct nm *nm = s->nm;
	size_t cap = s->cap, end = 1;

	if (s->n >= NM_MAX_RECORDS) {
		lull_nm__say(nm, LULL_ERROR, line, col, "a control stream of a reasonable length", NULL,
			     "more than %d records", NM_MAX_RECORDS);
		nm->is_over = true;
		return LULL_ELIMIT;
	}
	struct nm_record *records = lull_arena_grow(nm->arena, s->records, s->n, &s->cap, s->n + 1, sizeof *records);
	size_t *first = lull_arena_grow(nm->arena, s->first_line, s->n, &cap, s->n + 1, sizeof *first);

	if (!records || !first)
		return lull_nm__nomem(nm);
	s->records = records;
	s->first_line = first;
	while (end < n && is_letter(text[end]))
		end++;
	struct nm_record *r = &records[s->n];
	*r = (struct nm_record){ .line = line, .col = col };
	r->name = record_name(text + 1, end - 1, &r->kind);
	if (!r->name && !(r->name = lull_arena_strndup(nm->arena, text + 1, end - 1)))
		return lull_nm__nomem(nm);
	first[s->n++] = s->n_lines;
	*n_name = end;
	return LULL_OK;
}

int lull_nm__records(struct nm *nm, const char *bytes, size_t n)
{
	struct splitter s = { .nm = nm };
	int line = 1;

	for (size_t at = 0; at < n; line++) {
		const char *nl = memchr(bytes + at, '\n', n - at);
		size_t len = nl ? (size_t)(nl - (bytes + at)) : n - at;
		const char *text = bytes + at, *const raw = text;
		const size_t n_raw = len;
		int col = 1;
		at += len + 1;
		while (len && is_blank(*text)) {
			text++;
			len--;
			col++;
		}
		if (len && *text == '$') {
			size_t n_name = 0;
			const int rc = open_record(&s, text, len, line, col, &n_name);
			if (rc != LULL_OK)
				return rc;
			text += n_name;
			len -= n_name;
			col += (int)n_name;
		} else if (!s.n) {
			if (len && *text != ';')
				lull_nm__say(nm, LULL_ERROR, line, col, "a record such as $PROBLEM", NULL,
					     "text before the first record");
			continue;
		}
		const enum nm_kind kind = s.records[s.n - 1].kind;
		struct nm_line l = line_of(text, len, line, col, kind != NM_PROBLEM);
		l.raw = raw;
		l.n_raw = n_raw;
		if (add_line(&s, l) != LULL_OK)
			return LULL_ENOMEM;
	}
	for (size_t i = 0; i < s.n; i++) {
		const size_t end = i + 1 < s.n ? s.first_line[i + 1] : s.n_lines;
		s.records[i].lines = s.lines + s.first_line[i];
		s.records[i].n_lines = end - s.first_line[i];
	}
	nm->records = s.records;
	nm->n_records = s.n;
	return LULL_OK;
}

/* ------------------------------------------------------------------ tokens */

struct lexer {
	struct nm *nm;
	struct nm_token *tokens; size_t n, cap;
	bool failed;
};

static struct nm_token *add(struct lexer *lex, enum nm_token_kind kind, int line, int col)
{
	if (lex->failed)
		return NULL;
	if (lex->n >= NM_MAX_TOKENS) {
		lull_nm__say(lex->nm, LULL_ERROR, line, col, "a control stream of a reasonable length", NULL,
			     "more than %d words", NM_MAX_TOKENS);
		lex->nm->is_over = lex->failed = true;
		return NULL;
	}
	struct nm_token *tokens = lull_arena_grow(lex->nm->arena, lex->tokens, lex->n, &lex->cap, lex->n + 1,
						  sizeof *tokens);
	if (!tokens) {
		lex->failed = true;
		(void)lull_nm__nomem(lex->nm);
		return NULL;
	}
	lex->tokens = tokens;
	tokens[lex->n] = (struct nm_token){ .kind = kind, .line = line, .col = col };
	return &tokens[lex->n++];
}

/* .EQ. and its like; the length, or 0. */
static size_t dotted(const char *text, size_t n, int *op)
{
	static const struct { const char *name; int op; } words[] = {
		{ ".EQ.", NM_O_EQ }, { ".NE.", NM_O_NE }, { ".LT.", NM_O_LT }, { ".LE.", NM_O_LE }, { ".GT.", NM_O_GT },
		{ ".GE.", NM_O_GE }, { ".AND.", NM_O_AND }, { ".OR.", NM_O_OR }, { ".NOT.", NM_O_NOT },
		{ ".EQN.", NM_O_EQ }, { ".NEN.", NM_O_NE },
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t j = 0;
		while (words[i].name[j] && j < n && upper(text[j]) == words[i].name[j])
			j++;
		if (!words[i].name[j]) {
			*op = words[i].op;
			return j;
		}
	}
	return 0;
}

/* How many characters are a number: 12, 1., .5, 1.5E-3, 1D4; the dot of 1.EQ.2 is not its. */
static size_t number_length(const char *text, size_t n)
{
	size_t i = 0;
	int op;

	while (i < n && is_digit(text[i]))
		i++;
	if (i < n && text[i] == '.' && !dotted(text + i, n - i, &op)) {
		i++;
		while (i < n && is_digit(text[i]))
			i++;
	}
	const char e = i < n ? upper(text[i]) : 0;
	if (e == 'E' || e == 'D') {
		size_t j = i + 1;
		if (j < n && (text[j] == '+' || text[j] == '-'))
			j++;
		if (j < n && is_digit(text[j])) {
			while (j < n && is_digit(text[j]))
				j++;
			i = j;
		}
	}
	return i;
}

/* Fortran's spellings into those of lull_parse_double. */
static bool number_value(struct nm *nm, const char *text, size_t n, int line, int col, double *out)
{
	char clean[64];
	size_t k = 0;
	struct lull_err err = { 0 };

	for (size_t i = 0; i < n && k + 3 < sizeof clean; i++) {
		const bool before = i && is_digit(text[i - 1]), after = i + 1 < n && is_digit(text[i + 1]);
		if (text[i] == '.' && !before)
			clean[k++] = '0';
		if (text[i] == '.' && !after)
			continue;
		clean[k++] = upper(text[i]) == 'D' ? 'E' : text[i];
	}
	if (n + 3 < sizeof clean && lull_parse_double(clean, k, '.', NULL, "number", out, &err) == LULL_OK)
		return true;
	lull_nm__say(nm, LULL_ERROR, line, col, "a number", NULL, "%s",
		     err.code ? err.what : "a number of more than 60 characters");
	*out = 0;
	return false;
}

static size_t lex_name(struct lexer *lex, const char *text, size_t n, int line, int col)
{
	size_t end = 0;

	while (end < n && (is_letter(text[end]) || is_digit(text[end])))
		end++;
	char *name = lull_arena_strndup(lex->nm->arena, text, end);
	struct nm_token *t = add(lex, NM_T_NAME, line, col);
	if (!name) {
		lex->failed = true;
		(void)lull_nm__nomem(lex->nm);
		return end;
	}
	for (size_t i = 0; i < end; i++)
		name[i] = upper(name[i]);
	if (t)
		t->name = name;
	return end;
}

static size_t lex_op(struct lexer *lex, const char *text, size_t n, int line, int col)
{
	static const struct { char pair[3]; int op; } pairs[] = {
		{ "**", NM_O_POWER }, { "==", NM_O_EQ }, { "/=", NM_O_NE }, { "<=", NM_O_LE }, { ">=", NM_O_GE },
	};
	int op = 0;
	size_t len = text[0] == '.' ? dotted(text, n, &op) : 0;

	for (size_t i = 0; !len && i < sizeof pairs / sizeof pairs[0]; i++)
		if (n > 1 && text[0] == pairs[i].pair[0] && text[1] == pairs[i].pair[1]) {
			op = pairs[i].op;
			len = 2;
		}
	if (!len && text[0] && strchr("+-*/(),=<>", text[0])) {
		op = text[0];
		len = 1;
	}
	struct nm_token *t = add(lex, len ? NM_T_OP : NM_T_OTHER, line, col);
	if (t)
		t->op = len ? op : (unsigned char)text[0];
	return len ? len : 1;
}

static void lex_line(struct lexer *lex, const struct nm_line *l)
{
	size_t i = 0;
	bool joined = false;

	while (i < l->n && !lex->failed) {
		const char c = l->text[i];
		const int col = l->col + (int)i;
		int op;
		if (is_blank(c)) {
			i++;
		} else if (c == '&' && i + 1 == l->n) {
			joined = true;
			i++;
		} else if (c == '"') {
			(void)add(lex, NM_T_VERBATIM, l->line, col);
			i = l->n;
		} else if (is_digit(c) || (c == '.' && i + 1 < l->n && is_digit(l->text[i + 1]) &&
					   !dotted(l->text + i, l->n - i, &op))) {
			const size_t len = number_length(l->text + i, l->n - i);
			struct nm_token *t = add(lex, NM_T_NUMBER, l->line, col);
			double value;
			if (!number_value(lex->nm, l->text + i, len, l->line, col, &value))
				lex->failed = true;
			if (t)
				t->number = value;
			i += len;
		} else if (is_letter(c)) {
			i += lex_name(lex, l->text + i, l->n - i, l->line, col);
		} else {
			i += lex_op(lex, l->text + i, l->n - i, l->line, col);
		}
	}
	struct nm_token *end = joined ? NULL : add(lex, NM_T_LINE, l->line, l->col + (int)l->n);
	if (end && l->n_comment) {
		end->comment = lull_arena_strndup(lex->nm->arena, l->comment, l->n_comment);
		if (!end->comment)
			(void)lull_nm__nomem(lex->nm);
	}
}

const struct nm_token *lull_nm__tokens(struct nm *nm, const struct nm_record *record)
{
	struct lexer lex = { .nm = nm };

	for (size_t i = 0; i < record->n_lines && !lex.failed; i++)
		lex_line(&lex, &record->lines[i]);
	(void)add(&lex, NM_T_END, record->n_lines ? record->lines[record->n_lines - 1].line : record->line, 1);
	return lex.failed || nm->out_of_memory ? NULL : lex.tokens;
}
