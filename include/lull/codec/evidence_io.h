/* lull/codec/evidence_io.h - studies from CSV, pooled results as JSON. */
#ifndef LULL_CODEC_EVIDENCE_IO_H
#define LULL_CODEC_EVIDENCE_IO_H

#include "lull/base/files.h"
#include "lull/codec/json.h"
#include "lull/evidence/meta.h"

struct lull_study_table {
	struct lull_effect_size *items; /* k, in the order of the file            */
	double *mods;                   /* k x n_mods, the moderators asked for   */
	size_t k;
	double harmonic_n;              /* of the studies' people; NAN for GEN    */
	size_t n_corrected;             /* studies with a zero cell               */
};

/* A CSV file with a header: the columns of the measure (measure.h), `study` (optional: rows are numbered), and the moderators' columns;
 * others are passed over. Everything wrong is a diag with line and column; LULL_EPARSE when there is any. */
LULL_NODISCARD int lull_studies_read_csv(const char *bytes, size_t n, const char *file, enum lull_measure measure,
					 const char *const *moderators, size_t n_mods, struct lull_arena *arena,
					 struct lull_study_table *out, struct lull_diags *diags);

/* One object: estimate, se, ci_lb, ci_ub, tau2, i2, q, pi_lb, pi_ub, k and the rest on the analysis scale; `transformed` as people
 * read it; `studies`; what was asked. */
struct lull_meta_answer {
	enum lull_measure measure;
	const struct lull_meta_options *options;
	const char *const *moderators;
	const struct lull_study_table *table;
	const struct lull_meta *meta;
	const struct lull_egger *egger;          /* NULL = not asked or refused */
	const char *egger_why;                   /* the refusal; NULL           */
	const struct lull_meta *leave_one_out, *cumulative; /* k each; NULL    */
};
void lull_meta_json(const struct lull_meta_answer *answer, const struct lull_files *knowledge, struct lull_buf *out);

#endif
