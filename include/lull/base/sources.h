/* lull/base/sources.h - the references behind every statement, by key: knowledge/sources/.
 *
 * A statement cites "key", "key:place" ("kamp2020:table2") or several of them parted by
 * "; ". Rooms keep the text as it is; faces turn it into labels and full references here. */
#ifndef LULL_BASE_SOURCES_H
#define LULL_BASE_SOURCES_H

#include <stddef.h>
#include "lull/base/err.h"
#include "lull/base/files.h"
#include "lull/base/mem.h"

LULL_BEGIN_C

struct lull_source {
	const char *key;   /* "kamp2020"                                       */
	const char *text;  /* the full reference                               */
	const char *label; /* short, for running text; the key when none given */
	const char *doi, *pmid, *url; /* NULL when not given                   */
};

struct lull_sources {
	const struct lull_source *items; /* sorted by key, bytewise */
	size_t n_items;
};

/* Reads every file below sources/; a key that stands in two of them must name the same work
 * (same DOI, else PMID, else text). Everything lives in the arena. */
LULL_NODISCARD int lull_sources_load(const struct lull_files *files, struct lull_arena *arena,
				     struct lull_sources *out, struct lull_diags *diags);

/* The source with that key, or NULL. */
const struct lull_source *lull_source_get(const struct lull_sources *sources, const char *key);

/* One part of a cited text. */
struct lull_citation {
	const struct lull_source *source; /* borrowed from sources; NULL when the key is unknown */
	const char *key;                  /* as cited        */
	const char *place;                /* NULL when none  */
};

/* Takes "key:place; key2" apart. *out and its texts live in the arena. LULL_EPARSE for an
 * empty part; an unknown key is not an error here (source is NULL). */
LULL_NODISCARD int lull_source_cite(const struct lull_sources *sources, const char *cited,
				    struct lull_arena *arena, struct lull_citation **out, size_t *n,
				    struct lull_err *err);

/* The same as text. labels: "Kamp 2020, table 2; Otto 2021"; full: one reference a line, each with
 * its label before and DOI, PMID or address behind. Either may be NULL. An unknown key is
 * LULL_ENOTFOUND: nothing is cited that cannot be looked up. */
struct lull_buf;
LULL_NODISCARD int lull_source_citation(const struct lull_sources *sources, const char *cited,
					struct lull_buf *labels, struct lull_buf *full,
					struct lull_err *err);

LULL_END_C

#endif
