/* lull/headache/import.h - other people's headache tables into diaries, by a column map.
 *
 * A map (knowledge/maps/<name>.yaml, or a user's own file) says of each column what it is;
 * a user writes one without touching C (docs/diary-format.md). Nothing is guessed:
 * separators, date order, words for yes and no, and what a day without a row means are
 * all stated. Nothing is dropped silently: the report counts every row and names every
 * rejected row, odd value, unknown word and unused column.
 *
 * Results live in the caller's arena; pure functions. */
#ifndef LULL_HEADACHE_IMPORT_H
#define LULL_HEADACHE_IMPORT_H

#include "lull/base/csv.h"
#include "lull/base/files.h"
#include "lull/base/schema.h"
#include "lull/headache/diary.h"

LULL_BEGIN_C

/* ---- acute drugs by name (knowledge/acute_drugs.yaml) -------------------------------- */

/* What a name stands for. Most products have one class; a fixed combination that ICHD-3 does
 * not call a combination analgesic (aspirin with paracetamol) counts in each. */
enum { LULL_ACUTE_MAX_CLASSES = 4, LULL_ACUTE_MAX_NAME = 120 };
struct lull_acute_match {
	uint8_t classes[LULL_ACUTE_MAX_CLASSES]; /* enum lull_acute                   */
	int n_classes;                           /* 0: not recognised                 */
	float doses;                             /* "x2" in the text; NAN not stated  */
	const char *near;                        /* unrecognised: nearest known name, or NULL */
};

/* Names that share their classes. */
struct lull_acute_group {
	uint64_t classes; /* bits of enum lull_acute */
	const char **names;
	size_t n_names;
	const char *source;
	int mark;
};

struct lull_acute_name; /* a normalised name and its classes */
struct lull_acute_table {
	const char **forms; size_t n_forms;         /* words that are no part of a name  */
	const char **units; size_t n_units;         /* of a strength                     */
	const char **joiners; size_t n_joiners;     /* "and", between two drugs          */
	const char **adjuvants; size_t n_adjuvants; /* with an analgesic: a combination analgesic */
	const struct lull_acute_group *groups; size_t n_groups;
	/* Built after reading: sorted by name; the names alone, NULL-ended, for hints. */
	const struct lull_acute_name *names; size_t n_names;
	const char **plain;
};

LULL_NODISCARD int lull_acute_load(const struct lull_files *files, struct lull_arena *arena,
				   struct lull_acute_table *out, struct lull_diags *diags);

/* Class of a written name: case, accents, strengths ("50 mg"), forms ("tablets") and a plural
 * s do not matter; anything else must be in the table. "A + B" and "A and B" are looked up part by
 * part when the whole is not listed. */
void lull_acute_find(const struct lull_acute_table *table, const char *name, size_t n,
		     struct lull_acute_match *out);

/* ---- column maps ----------------------------------------------------------------------- */

/* What a row is. */
enum lull_map_rows {
	LULL_ROWS_DAYS,     /* a record of one day; durations stay inside it      */
	LULL_ROWS_ATTACKS,  /* an attack, which may run on for days               */
	LULL_ROWS_UNDATED,  /* an entry without a date                            */
	LULL_ROWS_DAY_INDEX /* days numbered 1, 2, ...; the calendar is invented  */
};

/* What a column is. */
#define LULL_COLUMNS(X)                     \
	X(PATIENT, "patient")               \
	X(LABEL, "label")                   \
	X(DATE, "date")                     \
	X(CLOCK, "clock")                   \
	X(END, "end")                       \
	X(DAY_INDEX, "day_index")           \
	X(OFFSET, "utc_offset_min")         \
	X(END_OFFSET, "end_utc_offset_min") \
	X(DURATION, "duration")             \
	X(ENTERED, "entered")               \
	X(HEADACHE, "headache")             \
	X(PAIN, "pain")                     \
	X(SEVERITY, "severity")             \
	X(SIGN, "sign")                     \
	X(SIGNS, "signs")                   \
	X(SIDES, "sides")                   \
	X(TRIGGER, "trigger")               \
	X(TRIGGERS, "triggers")             \
	X(MEASURE, "measure")               \
	X(MEASURES, "measures")             \
	X(DRUG_TAKEN, "drug_taken")         \
	X(DRUGS, "drugs")                   \
	X(DOSES, "doses")                   \
	X(RELIEF, "relief")                 \
	X(TREATED, "successfully_treated")  \
	X(NOTE, "note")                     \
	X(IGNORED, "ignored")

enum lull_column {
#define LULL_X(name, key) LULL_COLUMN_##name,
	LULL_COLUMNS(LULL_X)
#undef LULL_X
	LULL_N_COLUMNS
};
extern const char *const lull_column_names[LULL_N_COLUMNS + 1];

enum lull_map_duration { LULL_DURATION_MINUTES, LULL_DURATION_HOURS, LULL_DURATION_CLOCK, LULL_DURATION_WORDS };
enum lull_map_beyond { LULL_BEYOND_REJECT, LULL_BEYOND_FLAG };

/* A word of a cell and what it means, as bits: of enum lull_sign, of the severities 0..3, or of the
 * map's triggers or measures. No bit: a known word of no use here. */
struct lull_map_word {
	const char *word; /* lower case, blanks trimmed */
	uint64_t bits;
};

/* One line of the map's columns. Which keys go with which kind: docs/diary-format.md. */
struct lull_map_column {
	const char *column;
	int is;                         /* enum lull_column                        */
	bool optional;                  /* the file may lack the column            */
	const char **patterns; size_t n_patterns; /* of date and clock (base/date.h) */
	int format;                     /* enum lull_map_duration                  */
	int scale;                      /* pain: 0 = 0-10, 1 = 0-100               */
	double min, max;                /* of a number in the cell; NAN            */
	int beyond;                     /* enum lull_map_beyond                    */
	uint64_t signs, opposite;       /* set by yes; set to the contrary         */
	int only;                       /* LULL_NO, LULL_YES: the other answer says nothing; ABSENT */
	const char *name;               /* id of a trigger or measure              */
	uint64_t tag;                   /* its bit in the map's list               */
	int acute;                      /* doses: enum lull_acute                  */
	int answer;                     /* what being listed, or yes, says of relief */
	int absent;                     /* list cells: LULL_NO: what is not listed was not there */
	const char *separator;          /* of list cells: one character            */
	const char **none; size_t n_none; /* words for "asked, and none"           */
	const char **yes; size_t n_yes; /* instead of the map's                    */
	const char **no; size_t n_no;
	const char **left; size_t n_left; /* how words for a side begin            */
	const char **right; size_t n_right;
	const struct lull_node *means;  /* word: meaning                           */
	const char *table;              /* or the name of one of the map's tables  */
	const char *why;                /* ignored: why                            */
	struct lull_map_word *words; size_t n_words; /* from means or table, sorted */
	const char **plain;             /* the words alone, NULL-ended, for hints  */
	uint64_t offered;               /* all bits the words can set              */
};

struct lull_map_header {
	int32_t skip_lines;
	const char **find; size_t n_find; /* the header is the first row that has all of these */
};

struct lull_map {
	const char *name, *title, *source;
	int mark;
	int format, delimiter, decimal, encoding; /* indices into the schema's names */
	struct lull_map_header header;
	int rows;                       /* enum lull_map_rows                      */
	int no_row_means;               /* 0 missing, 1 free                       */
	lull_day first_day;             /* DAY_INDEX: day 1 of the invented calendar */
	const char **yes; size_t n_yes;
	const char **no; size_t n_no;
	const char **not_recorded; size_t n_not_recorded; /* besides the empty cell */
	const char **free_when_empty; size_t n_free_when_empty;
	bool free_when_pain_is_0;
	const struct lull_node *tables; /* name: {word: meaning}                   */
	struct lull_map_column *columns; size_t n_columns;
	/* Built after reading. */
	const char *triggers[LULL_MAX_TAGS]; size_t n_triggers;
	const char *measures[LULL_MAX_TAGS]; size_t n_measures;
	bool asks_severity, asks_drugs;
};

/* Reads a map from a file's bytes: every fault with line, column and hint. */
LULL_NODISCARD int lull_map_read(const char *bytes, size_t n, const char *file, struct lull_arena *arena,
				 struct lull_map *out, struct lull_diags *diags);

/* A shipped map by name ("park2016"); LULL_ENOTFOUND with the names there are. */
LULL_NODISCARD int lull_map_load(const struct lull_files *files, const char *name, struct lull_arena *arena,
				 struct lull_map *out, struct lull_diags *diags, struct lull_err *err);

/* ---- import ------------------------------------------------------------------------------ */

/* A word that no map knows: kept out of the diary (drugs: kept as unrecognised), counted. */
struct lull_import_word {
	const char *column, *word;
	const char *near; /* nearest known word; may be NULL */
	size_t n;
	int line;         /* first seen */
};

struct lull_import_unused {
	const char *column;
	const char *why; /* the map's words; NULL: the map does not mention it */
};

struct lull_import_report {
	const char *file, *map;      /* names for people; map is NULL for JSON          */
	size_t n_rows;               /* below the header, empty lines not counted       */
	size_t n_accepted;           /* became entries                                  */
	size_t n_rejected;           /* could not be read: each is an error in diags    */
	size_t n_blank;              /* name a day and record nothing of it: missing    */
	size_t n_other_patients;     /* not the patient asked for                       */
	size_t n_before_header;      /* rows above the header, not read                 */
	size_t n_empty_lines;
	size_t n_flagged;            /* odd values of accepted rows: warnings in diags  */
	size_t n_free, n_headache;   /* of the accepted                                 */
	const struct lull_import_word *words; size_t n_words;
	size_t n_words_not_kept;     /* different unknown words beyond LULL_IMPORT_MAX_WORDS */
	const struct lull_import_unused *unused; size_t n_unused;
	const char **lacking; size_t n_lacking; /* optional columns that the file lacks */
	struct lull_diags diags;     /* rejected rows and flagged values; the first 200 are kept */
};

enum {
	LULL_IMPORT_MAX_WORDS = 500,
	LULL_IMPORT_MAX_PATIENTS = 100000,
	LULL_IMPORT_MAX_INTAKES = 64, /* drugs of one entry */
};

struct lull_import_options {
	const char *patient;  /* this one only; NULL: all                                */
	lull_day from, to;    /* the diary's period as the user states it; LULL_DAY_NONE */
};

struct lull_import {
	struct lull_diary *diaries; /* one a patient, in order of first appearance */
	size_t n_diaries;
	struct lull_import_report report;
};

/* Reads n bytes of delimited text. A row that cannot be read is rejected and counted; the call
 * fails only when the file as a whole cannot be used (no header, a column the map needs is
 * missing, no row readable, a patient asked for who is not there) or memory ends. */
LULL_NODISCARD int lull_import_csv(const char *bytes, size_t n, const char *file, const struct lull_map *map,
				   const struct lull_acute_table *drugs, const struct lull_import_options *options,
				   struct lull_arena *arena, struct lull_import *out, struct lull_err *err);

LULL_END_C

#endif
