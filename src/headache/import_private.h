/* import_private.h - what map.c, import_names.c, import_cell.c and import_csv.c share. */
#ifndef LULL_IMPORT_PRIVATE_H
#define LULL_IMPORT_PRIVATE_H

#include "lull/headache/import.h"

static inline bool lull_import__is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* The normal form of a word: blanks trimmed, ASCII letters small. NULL when out of memory. */
char *lull_import__word(struct lull_arena *arena, const char *text, size_t n);

/* Bit of a tag, added when new; 0 when LULL_MAX_TAGS are in use. */
uint64_t lull_import__tag(const char **tags, size_t *n_tags, const char *name);

/* Letters, digits and _, beginning with a letter. */
bool lull_import__is_id(const char *text);

/* The column's word (in normal form), or NULL. */
const struct lull_map_word *lull_import__find_word(const struct lull_map_column *column, const char *word);

/* Texts numbered in order of first appearance: an open-addressed table in the arena. Zero is
 * the empty value. */
struct lull_import__names {
	const char **items;
	size_t n, cap;
	uint32_t *slots; /* index + 1, 0 = empty */
	size_t n_slots;
};

/* Index of the text, added (copied) when new; -1 when out of memory, -2 when it is new and max are
 * in the table. */
int64_t lull_import__name(struct lull_import__names *names, const char *text, size_t n, size_t max,
			  struct lull_arena *arena);

/* One import under way. */
struct lull_import__run {
	const struct lull_map *map;
	const struct lull_acute_table *drugs;
	struct lull_arena *arena;
	const char *file;
	const char *bytes;       /* for carets; NULL when recoded */
	size_t n_bytes;
	size_t caret_at;         /* offset of the line caret_line */
	int caret_line;
	struct lull_import_report *report;
	struct lull_import__names word_names; /* "column\nword" */
	struct lull_import_word *words;
	size_t n_words, cap_words;
	struct lull_import__names drug_names;  /* as written, with their matches */
	struct lull_acute_match *matches;
	size_t cap_matches;
	/* Tags: those of the map, then free ids as they come. */
	const char *triggers[LULL_MAX_TAGS];
	size_t n_triggers;
	const char *measures[LULL_MAX_TAGS];
	size_t n_measures;
	bool out_of_memory;
};

/* A row being read. */
struct lull_import__row {
	struct lull_import__run *run;
	int line;
	const struct lull_csv_cell *cells;
	size_t n_cells;
	struct lull_entry entry;
	const char *patient;     /* borrowed from the cell */
	size_t n_patient;
	struct lull_stamp start, end, entered; /* day NONE and minute -1 when not given */
	int32_t end_offset_min;
	int32_t day_index;       /* 0 = none */
	double duration_min;     /* NAN */
	enum lull_answer headache, taken, relief;
	bool has_content;        /* something was recorded besides when and who */
	bool lists_triggers, lists_measures; /* free ids: what is not listed was not there */
	struct lull_intake intakes[LULL_IMPORT_MAX_INTAKES];
	size_t n_intakes;
	size_t n_flagged;
	bool is_rejected;
};

/* Reads one cell as its column says. False: memory ended, or the row is rejected. */
bool lull_import__cell(struct lull_import__row *row, const struct lull_map_column *column,
		       const struct lull_csv_cell *cell);

/* An empty cell, or one of the map's words for it. */
bool lull_import__is_empty(const struct lull_map *map, const struct lull_csv_cell *cell);

/* Puts the cells together: kind, days, drugs. False as above; *is_blank: the row names a day and
 * records nothing of it. */
bool lull_import__finish(struct lull_import__row *row, bool pain_cells_empty, bool *is_blank);

/* A remark about a cell (NULL: about the row). Reject: the row is lost, and false is returned. */
bool lull_import__reject(struct lull_import__row *row, const struct lull_csv_cell *cell, const char *expected,
			 const char *fmt, ...) LULL_PRINTF(4, 5);
void lull_import__flag(struct lull_import__row *row, const struct lull_csv_cell *cell, const char *expected,
		       const char *fmt, ...) LULL_PRINTF(4, 5);

#endif
