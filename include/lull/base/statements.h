/* lull/base/statements.h - what holds for every statement in knowledge, whichever room owns it.
 *
 * A file is YAML under the house rules and carries its schema_version; every "source"
 * cites keys that exist; every "mark" is one of safety.md's. Rooms check the rest with their schemas. */
#ifndef LULL_BASE_STATEMENTS_H
#define LULL_BASE_STATEMENTS_H

#include "lull/base/schema.h"
#include "lull/base/sources.h"

LULL_BEGIN_C

struct lull_statement_counts {
	size_t n_files, n_citations, n_marks[LULL_RECALLED + 1]; /* by enum lull_mark */
};

/* Adds the remarks and counts of one document. */
void lull_statements_check(const struct lull_doc *doc, const struct lull_sources *sources,
			   struct lull_arena *arena, struct lull_statement_counts *counts,
			   struct lull_diags *diags);

/* All .yaml files of the set. LULL_EPARSE when diags got an error. */
LULL_NODISCARD int lull_statements_check_all(const struct lull_files *files, struct lull_arena *arena,
					     struct lull_statement_counts *counts, struct lull_diags *diags);

LULL_END_C

#endif
